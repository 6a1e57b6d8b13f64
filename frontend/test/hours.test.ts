import { describe, expect, it, vi } from "vitest";
import type { PastMoment } from "../src/api/client";
import type { HoursAnswer } from "../src/api/history";
import type { Value } from "../src/api/types";
import { dayExtent, pointsOf } from "../src/components/spark/day-spark";
import { createHours } from "../src/store/hours";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-22T12:00:00Z");

const value = (change: Partial<Value>): Value => ({
  value: 5,
  unit: "count",
  numerator: null,
  denominator: null,
  n: null,
  absent: null,
  reason: null,
  as_of: new Date(NOON).toISOString(),
  freshness: "live",
  ...change,
});

/** A server that gives every measure the same day at one site, when it is told to. */
function served() {
  const calls: [string[], PastMoment | null][] = [];
  let answer: (made: HoursAnswer) => void = () => undefined;
  const hours = createHours((measures, past) => {
    calls.push([measures, past]);
    return new Promise((resolve) => {
      answer = (made) => resolve(made);
    });
  });
  const give = async (...values: (number | null)[]) => {
    const series = (calls.at(-1)?.[0] ?? []).map((measure) => ({ measure, code: "RVV01", values }));
    answer({
      from: new Date(NOON - values.length * HOUR).toISOString(),
      to: new Date(NOON).toISOString(),
      known_at: null,
      series,
    });
    await settled();
  };
  return { hours, calls, give };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("the day behind the figures", () => {
  it("is fetched once for all that one drawing asks for, and each hour stands at its end", async () => {
    const { hours, calls, give } = served();
    hours.at(NOON, null);
    for (const measure of ["a", "b", "a"]) expect(hours.of(measure, "RVV01")).toEqual([]);
    await settled();
    expect(calls).toEqual([[["a", "b"], null]]);
    await give(1, null);
    expect(hours.of("b", "RVV01")).toEqual([
      { at: NOON - HOUR, value: 1 },
      { at: NOON, value: null },
    ]);
    expect(hours.of("b", "RN707")).toEqual([]);
  });

  it("is asked for again after ten minutes, and keeps what there was until the answer comes", async () => {
    const { hours, calls, give } = served();
    hours.at(NOON, null);
    hours.of("a", "RVV01");
    await settled();
    await give(1);
    hours.at(NOON + 60_000, null);
    await settled();
    expect(calls).toHaveLength(1);
    hours.at(NOON + 600_000, null);
    await settled();
    expect(calls).toHaveLength(2);
    expect(hours.of("a", "RVV01")).toHaveLength(1);
  });

  it("of the live picture is never shown as the past, nor a late answer as another moment's", async () => {
    const { hours, calls, give } = served();
    hours.at(NOON, null);
    hours.of("a", "RVV01");
    await settled();
    hours.at(NOON - 5 * HOUR, { at: NOON - 5 * HOUR, knownAt: null });
    await settled();
    expect(calls, "one answer is awaited at a time").toHaveLength(1);
    await give(3);
    expect(hours.of("a", "RVV01")).toEqual([]);
    expect(calls.at(-1)?.[1]).toEqual({ at: NOON - 5 * HOUR, knownAt: null });
    await give(7);
    expect(hours.of("a", "RVV01")).toEqual([{ at: NOON, value: 7 }]);
    hours.at(NOON, null);
    expect(hours.of("a", "RVV01")).toEqual([]);
  });

  it("asks for twenty at once, and not before the page knows the time", async () => {
    const { hours, calls } = served();
    for (let each = 0; each < 25; each += 1) hours.of(`m${each}`, "RVV01");
    await settled();
    expect(calls).toEqual([]);
    hours.at(NOON, null);
    await settled();
    expect(calls.map(([measures]) => measures.length)).toEqual([20, 5]);
  });

  it("draws nothing where the server will not say, and tries again", async () => {
    const fetchThem = vi.fn(() => Promise.reject(new Error("503")));
    const hours = createHours(fetchThem);
    hours.at(NOON, null);
    expect(hours.of("a", "RVV01")).toEqual([]);
    await settled();
    hours.at(NOON + 600_000, null);
    await settled();
    expect(fetchThem).toHaveBeenCalledTimes(2);
  });
});

describe("the points of a day", () => {
  const points = [30, 24, 2, 1, -1].map((ago) => ({ at: NOON - ago * HOUR, value: ago }));

  it("lie in the last day and end in the figure", () => {
    expect(pointsOf({ points, value: value({ value: 9 }) }, NOON).map((each) => each.value)).toEqual([
      2, 1, 9,
    ]);
  });

  it("of a late figure end where its last facts were", () => {
    const late = value({ freshness: "delayed", as_of: new Date(NOON - 1.5 * HOUR).toISOString() });
    expect(pointsOf({ points, value: late }, NOON)).toEqual([
      { at: NOON - 2 * HOUR, value: 2 },
      { at: NOON - 1.5 * HOUR, value: 5 },
    ]);
  });

  it("are on one scale with the plan in it", () => {
    const extent = dayExtent([{ points, value: value({ value: 9 }) }], NOON, { at: 40, direction: "lower" });
    expect(extent && extent.from <= 1 && extent.to >= 40).toBe(true);
  });
});
