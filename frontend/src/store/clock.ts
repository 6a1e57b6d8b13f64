import type { Clock } from "../api/types";

/** The system's clock as it was last told, and when the browser heard it (steady clock, ms). */
export interface HeardClock {
  now: number;
  rate: number;
  heardAt: number;
  /** What was shown already: time never goes back, where the clock was slowed meanwhile. */
  shown?: number;
}

export const heard = (clock: Clock, at: number): HeardClock => ({
  now: Date.parse(clock.now),
  rate: clock.rate,
  heardAt: at,
});

/**
 * What the system's clock shows now. A clock that runs faster than real time is not guessed
 * past the loss of the server, because it stops with it.
 */
export function systemNow(clock: HeardClock, steadyNow: number, lost: boolean): number {
  if (lost && clock.rate !== 1) return clock.now;
  return Math.max(clock.shown ?? 0, clock.now + (steadyNow - clock.heardAt) * clock.rate);
}
