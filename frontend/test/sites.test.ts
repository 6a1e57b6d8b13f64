import { describe, expect, it } from "vitest";
import { matching } from "../src/components/find/find-site";
import { placeLabels } from "../src/components/map/labels";
import { byNeed, pressed, rowOf, sheetOfSites, sorted } from "../src/components/site-table/rows";
import { crossed } from "../src/format/target";
import { site, value } from "./factories";

const codes = (sites: { code: string }[]) => sites.map((each) => each.code);
const column = (measure: string) => ({ measure, title: measure });

describe("the order of sites", () => {
  const free = (beds: number | null) => ({ "beds.ga_free": value({ value: beds }) });
  const sites = [site("A", 1, free(3)), site("B", 9, free(null)), site("C", 5, free(12))];

  it("puts the greatest need first", () => expect(codes(sorted(sites, byNeed))).toEqual(["B", "C", "A"]));

  it("is by name where the need is the same", () => {
    expect(codes(sorted([site("Z", 2), site("Y", 2)], byNeed))).toEqual(["Y", "Z"]);
  });

  it("puts a site with no reading last, whichever way the column is sorted", () => {
    const once = pressed(byNeed, "beds.ga_free");
    expect(codes(sorted(sites, once))).toEqual(["C", "A", "B"]);
    expect(codes(sorted(sites, pressed(once, "beds.ga_free")))).toEqual(["A", "C", "B"]);
  });

  it("goes back to need, worst first, however often it is pressed", () => {
    expect(pressed(pressed(byNeed, "beds.ga_free"), "need")).toEqual(byNeed);
    expect(pressed(byNeed, "need")).toEqual(byNeed);
  });
});

describe("a row", () => {
  const absent = value({ value: null, absent: "not_applicable", reason: "no type 1 ED" });

  it("says one reason once for neighbouring readings that are absent for it", () => {
    const cells = rowOf({ a: absent, b: absent, c: value() }, ["a", "b", "c"].map(column));
    expect(cells.map((cell) => (cell.kind === "none" ? cell.columns.length : 1))).toEqual([2, 1]);
  });

  it("keeps readings that are absent for different reasons apart", () => {
    const silent = value({ value: null, absent: "feed_silent", reason: null });
    expect(rowOf({ a: absent, b: silent }, ["a", "b"].map(column))).toHaveLength(2);
  });
});

describe("the table of sites, taken away", () => {
  it("has a column for the figure beside another, and the total last", () => {
    const handover = {
      ...column("mean"),
      title: "Handover",
      note: "today",
      beside: { measure: "n", word: "waiting" },
    };
    const measures = { mean: value({ value: 22, unit: "minutes" }), n: value({ value: 7 }) };
    const total = { name: "System", measures: { mean: value({ value: 20, unit: "minutes" }) } };
    expect(sheetOfSites([handover], [site("A", 1, measures)], total, 0)).toEqual([
      ["Site", "Handover, today", "Handover, waiting"],
      ["A", "22 min", "7"],
      ["System", "20 min", ""],
    ]);
  });
});

describe("a line", () => {
  it("is crossed upwards where less is better and downwards where more is", () => {
    expect(crossed(0.144, { at: 0.1, direction: "lower" })).toBe(true);
    expect(crossed(0.6, { at: 0.78, direction: "higher" })).toBe(true);
    expect(crossed(0.8, { at: 0.78, direction: "higher" })).toBe(false);
    expect(crossed(0.8, { at: 0.78, direction: "neutral" })).toBe(false);
  });
});

describe("the map", () => {
  it("sets names so that none covers another, even of sites close together", () => {
    const labels = [0, 1, 2].map((index) => ({
      key: String(index),
      at: { x: 100 + index * 40, y: 100 },
      radius: 6,
      width: 90,
      height: 28,
    }));
    const bounds = { left: 0, top: 0, right: 300, bottom: 200 };
    const [a, b, c] = placeLabels(labels, [], bounds, 14).map((each) => each.box);
    if (!a || !b || !c) throw new Error("every label is placed");
    const apart = (one: typeof a, two: typeof a) =>
      one.right <= two.left || two.right <= one.left || one.bottom <= two.top || two.bottom <= one.top;
    expect([apart(a, b), apart(b, c), apart(a, c)]).toEqual([true, true, true]);
  });
});

describe("finding a site", () => {
  const sites = [site("RVV01", 1), site("RN707", 1)];
  it("takes the start of a name or a code first, and says when there is none", () => {
    expect(matching(sites, "rn")?.code).toBe("RN707");
    expect(matching(sites, "v01")?.code).toBe("RVV01");
    expect(matching(sites, "nowhere")).toBeUndefined();
    expect(matching(sites, " ")).toBeUndefined();
  });
});
