import type { Value } from "../../api/types";

const SMALL = 5;

/** A run of people or vehicles between two lines. */
export interface Band {
  count: number;
  /** How many lines are behind them: 0 is before the first. */
  past: number;
  /** Too few to tell apart: it holds some from past further lines. */
  mixed?: boolean;
}

const countOf = (value: Value | undefined): number | null =>
  !value || value.absent !== null ? null : value.unit === "share" ? value.numerator : value.value;

/**
 * Nested counts (all, past the first line, past the second) as bands side by side. A line whose count is not known or is
 * withheld is left out: those past it stay with those before it.
 */
export function bandsOf(nested: (Value | undefined)[]): Band[] {
  const known = nested.flatMap((value, past) => {
    const count = countOf(value);
    return count === null ? [] : [{ count, past }];
  });
  if (known[0]?.past !== 0) return [];
  return known
    .map(({ count, past }, index) => ({ past, count: Math.max(0, count - (known[index + 1]?.count ?? 0)) }))
    .filter((band) => band.count > 0);
}

/** What such a band is called. */
export const MIXED = "too few to tell apart";

/** Bands of which none counts one to four people, for a wall: a small one stands with its neighbour, past fewer lines. */
export function withoutSmall(bands: Band[]): Band[] {
  const small = bands.findIndex((band) => band.count < SMALL);
  const neighbour = small > 0 ? small - 1 : 1;
  const [one, other] = [bands[small], bands[neighbour]];
  if (!one) return bands;
  if (!other) return [];
  const both = { count: one.count + other.count, past: Math.min(one.past, other.past), mixed: true };
  const rest = bands.filter((_, index) => index !== small && index !== neighbour);
  return withoutSmall([...rest, both].sort((a, b) => a.past - b.past));
}

/** Everybody of the longest bar, so that a column of bars shares one scale. */
export const mostOf = (all: (Value | undefined)[]): number =>
  Math.max(1, ...all.map((each) => countOf(each) ?? 0));
