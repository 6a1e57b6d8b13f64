import { describe, expect, it } from "vitest";
import { area, extentOf, hourTicks, lanes, line, linear, stacked, valueTicks } from "../src/scale/scale";

describe("a scale", () => {
  it("is straight, and puts a domain without length in the middle", () => {
    expect(linear({ from: 0, to: 10 }, { from: 100, to: 0 })(2.5)).toBe(75);
    expect(linear({ from: 3, to: 3 }, { from: 0, to: 100 })(3)).toBe(50);
  });

  it("has room at both ends, leaves out what is not known, and is none where nothing is", () => {
    expect(extentOf([2, null, 12, undefined], 0.1)).toEqual({ from: 1, to: 13 });
    expect(extentOf([5, 5], 0.1)).toEqual({ from: 4.5, to: 5.5 });
    expect(extentOf([null])).toBeNull();
  });

  it("names round values inside its extent only", () => {
    expect(valueTicks({ from: 51, to: 152 }, 4)).toEqual([60, 80, 100, 120, 140]);
    expect(valueTicks({ from: 51, to: 152 }, 2)).toEqual([100, 150]);
    expect(valueTicks({ from: 0.1, to: 0.62 }, 5)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(valueTicks({ from: 4, to: 4 }, 3)).toEqual([4]);
  });
});

describe("hours on an axis", () => {
  const window = (from: string, hours: number) => ({
    from: Date.parse(from),
    to: Date.parse(from) + hours * 3_600_000,
  });

  it("are those of London", () => {
    const labels = hourTicks(window("2026-07-01T06:30:00Z", 8), 4).map((each) => each.label);
    expect(labels).toEqual(["08", "12"]);
  });

  it("hold through both changes of the clock", () => {
    const spring = hourTicks(window("2026-03-28T22:00:00Z", 8), 1).map((each) => each.label);
    expect(spring).toEqual(["22", "23", "00", "02", "03", "04", "05", "06", "07"]);
    const autumn = hourTicks(window("2026-10-24T22:00:00Z", 5), 1).map((each) => each.label);
    expect(autumn).toEqual(["23", "00", "01", "01", "02", "03"]);
  });
});

describe("a path", () => {
  it("breaks where a reading is missing", () => {
    const spots = [{ x: 0, y: 1 }, { x: 2, y: 3 }, null, { x: 6, y: 7.04 }];
    expect(line(spots)).toBe("M0 1L2 3M6 7");
  });

  it("encloses the ground between two edges, and nothing where there is none", () => {
    expect(
      area(
        [
          { x: 0, y: 0 },
          { x: 9, y: 0 },
        ],
        [
          { x: 0, y: 5 },
          { x: 9, y: 5 },
        ],
      ),
    ).toBe("M0 0L9 0L9 5L0 5Z");
    expect(area([], [])).toBe("");
  });
});

describe("marks that would cover one another", () => {
  it("take another lane, and come back to the first when it is free", () => {
    expect(lanes([0, 10, 35, 100], 30, 4)).toEqual([0, 1, 0, 0]);
    expect(lanes([0, 20], 30, 4)).toEqual([0, 1]);
  });

  it("take the lane that is free soonest where all are full", () => {
    expect(lanes([0, 1, 2, 3], 30, 2)).toEqual([0, 1, 0, 1]);
  });

  it("stand on one another in their column", () => {
    expect(stacked([1, 2, 11], 6)).toEqual([
      { column: 0, level: 0 },
      { column: 0, level: 1 },
      { column: 2, level: 0 },
    ]);
  });
});
