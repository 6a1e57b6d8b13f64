import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { fetchMeasures } from "../../api/client";
import type { Definitions } from "./columns";

/** Fetches something that seldom changes, and again each time the page is live until it has come. */
export function useFetched<T>(fetchIt: () => Promise<T>, isLive: boolean): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  useEffect(() => {
    if (!isLive || answer !== null) return;
    let wanted = true;
    fetchIt().then(
      (fetched) => wanted && setAnswer(fetched),
      // The board says what is missing; the next time the page is live it asks again.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [fetchIt, isLive, answer]);
  return answer;
}

/** What every measure means, by its name; empty until it has come. */
export function useDefinitions(isLive: boolean): Definitions {
  const measures = useFetched(fetchMeasures, isLive);
  return useMemo(() => new Map((measures ?? []).map((each) => [each.name, each])), [measures]);
}

export interface Listed<T> {
  list: T[];
  /** The last attempt came to nothing; what was read before it still stands. */
  failed: boolean;
  /** Grows when something was added or taken back. */
  turn: number;
  again(): void;
}

const none: never[] = [];

/**
 * What people added about something, read again when `fetchIt` is another and by `again`.
 *
 * about: what the list is of; until that of another has come it is empty, and read anew it stays until the answer.
 */
export function useListed<T>(about: string, fetchIt: () => Promise<{ items: T[] }>): Listed<T> {
  const [read, setRead] = useState<{ about: string; list: T[]; failed: boolean }>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    fetchIt().then(
      ({ items }) => wanted && setRead({ about, list: items, failed: false }),
      () =>
        wanted &&
        setRead((before) => ({ about, list: before?.about === about ? before.list : none, failed: true })),
    );
    return () => {
      wanted = false;
    };
  }, [about, fetchIt, turn]);
  const again = useCallback(() => setTurn((each) => each + 1), []);
  const own = read?.about === about ? read : null;
  return { list: own?.list ?? none, failed: own?.failed ?? false, turn, again };
}
