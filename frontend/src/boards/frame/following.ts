import { useEffect, useMemo, useState } from "preact/hooks";
import { get, Refused } from "../../api/client";
import { live } from "../../store";

/** What is asked for again each time something moves. refused: whoever looks may not see it. */
export interface Followed<T> {
  answer: T | null;
  refused: boolean;
}

export interface Follower {
  /** Something moved: ask again, now or as soon as the least time since the last asking is over. */
  moved(): void;
  stop(): void;
}

/** Asks once at a time and at most every leastMilliseconds; what fails is asked again at the next move. */
export function createFollower<T>(
  ask: () => Promise<T>,
  tell: (followed: Followed<T>) => void,
  leastMilliseconds: number,
  steadyNow = () => performance.now(),
): Follower {
  let askedAt = Number.NEGATIVE_INFINITY;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;
  const run = () => {
    waiting = null;
    askedAt = steadyNow();
    ask().then(
      (answer) => stopped || tell({ answer, refused: false }),
      (error) => {
        if (!(error instanceof Refused) || error.status !== 403 || stopped) return;
        stopped = true;
        tell({ answer: null, refused: true });
      },
    );
  };
  return {
    moved() {
      if (stopped || waiting !== null) return;
      waiting = setTimeout(run, Math.max(0, askedAt + leastMilliseconds - steadyNow()));
    },
    stop() {
      stopped = true;
      if (waiting !== null) clearTimeout(waiting);
    },
  };
}

const LEAST_MILLISECONDS = 5_000;

/**
 * What an address answers, again whenever `moving` becomes another while it is wanted, every five seconds at most; while
 * the past is played, as at each step.
 */
export function useFollowed<T>(path: string, moving: unknown, isWanted: boolean): Followed<T> {
  const [followed, setFollowed] = useState<Followed<T>>({ answer: null, refused: false });
  const follower = useMemo(() => createFollower(() => get<T>(path), setFollowed, LEAST_MILLISECONDS), [path]);
  const isPast = live.past.value !== null;
  useEffect(() => () => follower.stop(), [follower]);
  useEffect(() => {
    if (isWanted && !isPast) follower.moved();
  }, [follower, moving, isWanted, isPast]);
  useEffect(() => (isWanted && isPast ? live.follow(path) : undefined), [path, isWanted, isPast]);
  return isPast ? { answer: live.followed<T>(path), refused: live.isRefused(path) } : followed;
}
