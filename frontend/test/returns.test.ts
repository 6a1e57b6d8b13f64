import { describe, expect, it } from "vitest";
import type { ReturnGauge } from "../src/api/returns";
import {
  asTyped,
  grouped,
  lastInWords,
  numberTyped,
  outcomeInWords,
  sheetOfGauges,
} from "../src/boards/return/values";

const now = Date.parse("2026-01-12T12:20Z");
const last = {
  value: 14,
  at: "2026-01-12T09:00:00Z",
  until: "2026-01-13T09:00:00Z",
  recorded_at: "2026-01-12T09:02:00Z",
  typed: true,
};

describe("a return that is typed", () => {
  it("takes numbers as people write them, and nothing else", () => {
    expect(numberTyped(" 14 ", "beds")).toBe(14);
    expect(numberTyped("2,673", "people")).toBe(2673);
    expect(numberTyped("−3", "share")).toBe(-0.03);
    expect(numberTyped("1.5", "minutes")).toBe(1.5);
    expect(numberTyped(".5", "hours")).toBe(0.5);
    expect(numberTyped("0", "beds")).toBe(0);
    for (const text of ["", "about 4", "1e3", "4-5", "1,23", "14%", "-", ".", "Infinity", "0x10"])
      expect(numberTyped(text, "beds")).toBeNull();
  });

  it("takes a share as a percentage, and gives it back as it was typed", () => {
    expect(numberTyped("70", "share")).toBe(0.7);
    expect(numberTyped("38.5%", "share")).toBe(0.385);
    for (const typed of ["0", "0.1", "7", "29", "57", "58.1", "100"])
      expect(asTyped(numberTyped(typed, "share") ?? Number.NaN, "share")).toBe(typed);
  });

  it("says what was last reported, how old it is, and that it no longer stands", () => {
    expect(lastInWords(last, "beds", now)).toEqual(["14 beds", "09:00, 3 h 20 old, typed"]);
    expect(lastInWords({ ...last, value: 0.7, typed: false }, "share", now)).toEqual([
      "70%",
      "09:00, 3 h 20 old",
    ]);
    expect(lastInWords({ ...last, until: "2026-01-12T10:00:00Z" }, "count", now)[1]).toContain(
      "no longer stands",
    );
    expect(lastInWords(null, "beds", now)).toEqual(["never reported", ""]);
  });

  it("is grouped by what it is about", () => {
    const gauge = (measure: string) => ({ measure }) as ReturnGauge;
    const found = grouped([gauge("community.a"), gauge("staffing.b"), gauge("community.c")]);
    expect(found.map(({ name, gauges }) => [name, gauges.length])).toEqual([
      ["Community services", 2],
      ["Staffing", 1],
    ]);
  });

  it("can be taken along as it stands: what was last reported, what is typed, and what became of it", () => {
    const gauges = [
      { measure: "community.p2_beds_free", title: "Pathway 2 beds free", unit: "beds", last },
      { measure: "community.ucr_2h", title: "Urgent response", unit: "share", last: null },
    ] as ReturnGauge[];
    const answer = {
      measure: "community.ucr_2h",
      outcome: "refused",
      reason: "is no number",
      replaces: false,
    } as const;
    expect(
      sheetOfGauges(gauges, { "community.ucr_2h": { typed: " some ", sure: false, answer } }, now),
    ).toEqual([
      ["Figure", "Last", "Last, of when", "Now, as typed", "Unit", "What became of it"],
      ["Pathway 2 beds free", "14 beds", "09:00, 3 h 20 old, typed", "", "beds", ""],
      ["Urgent response", "never reported", "", "some", "%", "Refused: it is no number"],
    ]);
  });

  it("says what became of each line", () => {
    const line = { measure: "m", reason: null, replaces: false };
    expect(outcomeInWords({ ...line, outcome: "accepted" })).toBe("Sent");
    expect(outcomeInWords({ ...line, outcome: "accepted", replaces: true })).toContain("replaces");
    expect(outcomeInWords({ ...line, outcome: "duplicate" })).toBe("Known already");
    expect(outcomeInWords({ ...line, outcome: "refused", reason: "is a whole number" })).toBe(
      "Refused: it is a whole number",
    );
  });
});
