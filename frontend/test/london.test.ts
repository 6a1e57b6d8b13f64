import { describe, expect, it } from "vitest";
import { dayOf, daysAfter, fromWallClock, wallClock } from "../src/format/london";

const at = (text: string) => Date.parse(text);

describe("the clocks of London", () => {
  it("are read and written in winter and summer", () => {
    expect(wallClock(at("2026-01-12T18:40:30Z"))).toBe("2026-01-12T18:40");
    expect(wallClock(at("2026-07-12T23:40:00Z"))).toBe("2026-07-13T00:40");
    expect(dayOf(at("2026-07-12T23:40:00Z"))).toBe("2026-07-13");
    expect(fromWallClock("2026-01-12T18:40")).toBe(at("2026-01-12T18:40Z"));
    expect(fromWallClock("2026-07-13T00:40")).toBe(at("2026-07-12T23:40Z"));
  });

  it("give every moment of both clock changes back, but the second of an hour that comes twice", () => {
    for (const day of ["2026-03-29", "2026-10-25"])
      for (let minute = -180; minute < 360; minute += 5) {
        const moment = at(`${day}T00:00Z`) + minute * 60_000;
        const second = day === "2026-10-25" && minute >= 60 && minute < 120;
        expect(fromWallClock(wallClock(moment))).toBe(second ? moment - 3_600_000 : moment);
      }
  });

  it("take an hour that is left out for the moment that it would have been", () => {
    expect(fromWallClock("2026-03-29T01:30")).toBe(at("2026-03-29T01:30Z"));
  });

  it("do not show what is no time", () => {
    for (const text of ["", "now", "2026-13-01T00:00", "2026-01-12 18:40", "2026-01-12T18:40Z"])
      expect(fromWallClock(text)).toBeNull();
  });

  it("count days by the calendar, also where one has 23 or 25 hours", () => {
    expect(daysAfter("2026-03-28", 1)).toBe("2026-03-29");
    expect(daysAfter("2026-10-26", -1)).toBe("2026-10-25");
    expect(daysAfter("2026-01-01", -1)).toBe("2025-12-31");
  });
});
