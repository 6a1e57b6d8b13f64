import type { Measures, Value } from "../api/types";

const SMALL = 5;
/** Whether people are so few, one to four, that their number leaves no board. */
export const isFew = (people: number | null) => people !== null && people > 0 && people < SMALL;

/**
 * Whether a reading counts so few people that it leaves the board only as "under 5": a count of people of one to four,
 * or a share whose people are so few.
 */
export const countsFew = (value: Value) =>
  value.absent === null &&
  ((value.unit === "people" && isFew(value.value)) || (value.unit === "share" && isFew(value.numerator)));

/** A reading as a wall may show it, in a room that visitors pass through. */
export const onWall = (value: Value): Value =>
  countsFew(value) ? { ...value, value: null, numerator: null, absent: "suppressed", reason: null } : value;

/** Every reading as a wall may show it. */
export const measuresOnWall = (measures: Measures): Measures =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, onWall(value)]));

/** The people that a share counts, as a reading of their own: "53" for 53 of 552. */
export const peopleOf = (share: Value): Value => ({
  ...share,
  value: share.absent === null ? share.numerator : null,
  unit: "people",
  numerator: null,
  denominator: null,
});
