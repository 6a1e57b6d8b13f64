import { useEffect, useMemo, useState } from "preact/hooks";
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
