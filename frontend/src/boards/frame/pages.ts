import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { PageOf } from "../../api/types";

/** A list that is read page by page. */
export interface Pages<Item> {
  items: Item[];
  total: number | null;
  state: "reading" | "read" | "failed";
  /** Reads the next page; null where there is none. */
  more: (() => void) | null;
  /** Reads it from the beginning. */
  again(): void;
}

/** Reads a list's first page now and whenever `key` changes; later pages when they are asked for. */
export function usePages<Item>(
  fetchPage: (cursor: string | null) => Promise<PageOf<Item>>,
  key: string,
): Pages<Item> {
  const [page, setPage] = useState<PageOf<Item>>({ items: [], next: null });
  const [state, setState] = useState<Pages<Item>["state"]>("reading");
  const asked = useRef(0);
  const fetching = useRef(fetchPage);
  fetching.current = fetchPage;

  const read = useCallback((before: Item[], cursor: string | null) => {
    asked.current += 1;
    const mine = asked.current;
    setState("reading");
    fetching.current(cursor).then(
      (answer) => {
        if (mine !== asked.current) return;
        setPage({ ...answer, items: [...before, ...answer.items] });
        setState("read");
      },
      () => mine === asked.current && setState("failed"),
    );
  }, []);
  useEffect(() => read([], null), [read, key]);

  const { items, total, next } = page;
  return {
    items,
    total: total ?? null,
    state,
    more: next === null ? null : () => read(items, next),
    again: () => read([], null),
  };
}
