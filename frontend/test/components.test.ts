import { describe, expect, it } from "vitest";
import type { Alert } from "../src/api/ahead";
import { AlertList, bySoonest, whenOf } from "../src/components/alerts/alert-row";
import { soonIn } from "../src/components/alerts/wall-alerts";
import { Ward } from "../src/components/beds/bed-grid";
import { anonymous, type Bed, byBay, fromCounts, restInWords } from "../src/components/beds/beds";
import { fanInWords } from "../src/components/fan/fan";
import { highest, ProbabilityStrip } from "../src/components/probability/probability-strip";
import { skillInFour, skillInWords } from "../src/components/skill/skill";
import { Spark } from "../src/components/spark/spark";
import { namedMoments, type SpcSeries, spcInWords } from "../src/components/spc/spc";
import { hasFacts, type Standing, standingInWords, standingOf } from "../src/components/standing/standing";
import { VehicleStrip, vehiclesInWords } from "../src/components/vehicles/vehicle-strip";
import { lastHour } from "../src/components/waits/waits-strip";
import { value } from "./factories";

const now = Date.parse("2026-01-12T18:40:00Z");
const HOUR = 3_600_000;
const lost: Standing = { kind: "lost", at: Date.parse("2026-01-12T16:10:00Z") };
const drawn = (node: unknown) => JSON.stringify(node);

describe("how the facts of a drawing stand", () => {
  it("follows the reading it belongs to", () => {
    expect(standingOf(undefined)).toEqual({ kind: "loading" });
    expect(standingOf(value())).toEqual({ kind: "live" });
    expect(standingOf(value({ freshness: "lost", as_of: "2026-01-12T16:10:00Z" }))).toEqual(lost);
    const none = standingOf(value({ value: null, absent: "not_due", reason: "not due until 08:00" }));
    expect(none.kind).toBe("absent");
    expect(standingInWords(none, now)).toBe("not due until 08:00");
    expect(hasFacts(none)).toBe(false);
  });

  it("is said in the words of the figures", () => {
    expect(standingInWords({ kind: "delayed", at: now - 11 * 60_000 }, now)).toBe("11 min old");
    expect(standingInWords(lost, now)).toBe("lost 16:10");
    expect(standingInWords({ kind: "absent", absent: "suppressed", reason: null }, now)).toBe(
      "under 5, withheld",
    );
    expect(standingInWords({ kind: "live" }, now)).toBe("");
  });
});

describe("a forecast", () => {
  const points = [{ at: now, value: 26 }];
  const forecast = {
    issuedAt: now,
    skill: { share: 0.24, against: "last week" },
    points: [{ at: now + 8 * HOUR, middle: 30, low50: 28, high50: 32, low80: 25, high80: 36 }],
    crossing: { at: now + 4 * HOUR, from: now + 2 * HOUR, to: null },
  };
  const window = { from: now - 24 * HOUR, to: now + 8 * HOUR };

  it("has its skill in four characters, and new is not nought", () => {
    expect([0.28, -0.04, 0, null, 2].map(skillInFour)).toEqual(["+28%", "\u221204%", "+00%", "new", "+99%"]);
    expect(skillInWords({ share: -0.04, against: "yesterday" })).toBe("4% more error than yesterday");
  });

  it("is said with its range and its crossing", () => {
    const words = fanInWords({
      label: "Handover",
      points,
      forecast,
      window,
      now,
      format: String,
      width: 300,
    });
    expect(words).toContain("expected 30 at 02:40, 80% range 25 to 36");
    expect(words).toContain("crosses the line at 22:40, 80% range 20:40 to beyond");
  });

  it("is drawn only where it is given, and never from a lost feed", () => {
    const spark = (change: object) => drawn(Spark({ points, window, now, ...change }));
    expect(spark({ forecast })).toContain("chart-fan80");
    expect(spark({})).not.toContain("chart-fan80");
    expect(spark({ forecast, standing: lost })).not.toContain("chart-fan80");
  });
});

describe("the probability of a level", () => {
  const hour = (index: number, four: number) => ({
    at: now + index * HOUR,
    level: { 1: 0, 2: 0, 3: 1 - four, 4: four },
  });

  it("prints its highest hour, the first of equals", () => {
    expect(highest([hour(1, 0.2), hour(2, 0.68), hour(3, 0.68)], 4)?.at).toBe(now + 2 * HOUR);
    expect(highest([], 4)).toBeNull();
  });

  it("draws no bar without a forecast", () => {
    expect(drawn(ProbabilityStrip({ now }))).not.toContain("strip-bar");
    expect(drawn(ProbabilityStrip({ now, hours: [hour(1, 0.4)] }))).toContain("strip-bar");
  });
});

describe("beds", () => {
  const beds: Bed[] = [
    { state: "closed", name: "A1", bay: "Bay A", reason: "norovirus" },
    { state: "free", name: "A2", bay: "Bay A" },
    { state: "occupied", name: "B1", bay: "Bay B" },
    { state: "ready_to_leave", name: "B2", bay: "Bay B" },
    { state: "occupied", name: "E1", bay: "Bay E", escalation: true },
  ];
  const unit = {
    code: "mercer",
    name: "Mercer",
    beds,
    occupancy: value({ unit: "share", value: 0.75, numerator: 3, denominator: 4 }),
    noCriteriaToReside: 1,
  };

  it("lose their names and their places in the control centre", () => {
    const marks = anonymous(beds);
    expect(marks.map((bed) => bed.state)).toEqual([
      "ready_to_leave",
      "occupied",
      "free",
      "closed",
      "occupied",
    ]);
    expect(drawn(marks)).not.toMatch(/A1|Bay/);
    const row = drawn(Ward({ unit, view: "marks", now }));
    expect(row).not.toMatch(/"A1"|Bay A/);
    expect(drawn(Ward({ unit, view: "named", now }))).toMatch(/Bay A/);
  });

  it("are the same marks wherever the beds stand", () => {
    expect(anonymous([...beds].reverse())).toEqual(anonymous(beds));
  });

  it("that are not occupied are said, with why", () => {
    expect(restInWords(beds)).toBe("1 free; 1 closed, norovirus");
    expect(restInWords([])).toBe("");
  });

  it("come from counts where a ward sends no beds", () => {
    expect(fromCounts({ occupied: 2, free: 1 }).map((bed) => bed.state)).toEqual([
      "occupied",
      "occupied",
      "free",
    ]);
  });

  it("stand by bay", () =>
    expect(byBay(beds).map(([bay, those]) => [bay, those.length])).toEqual([
      ["Bay A", 2],
      ["Bay B", 2],
      ["Bay E", 1],
    ]));

  it("of a silent feed are not drawn", () => {
    const silent = { ...unit, occupancy: value({ value: null, absent: "feed_silent", reason: null }) };
    expect(drawn(Ward({ unit: silent, view: "marks", now }))).not.toContain("Mercer: 3 of 4");
  });
});

describe("vehicles", () => {
  const strip = {
    place: "QEQM",
    vehicles: [{ minutes: -7, category: "C2" }, { minutes: 45 }, { minutes: 57 }],
    limit: 45,
    now,
  };

  it("are counted in words; the limit itself is not past it", () => {
    expect(vehiclesInWords(strip)).toBe(
      "QEQM: 2 ambulances waiting, longest 57 min, 1 over 45 min; 1 due in",
    );
    expect(vehiclesInWords({ ...strip, vehicles: [] })).toBe("QEQM: no ambulances waiting; 0 due in");
  });

  it("are not drawn from a feed that has stopped", () => {
    expect(drawn(VehicleStrip(strip))).toContain('"over"');
    const stopped = drawn(VehicleStrip({ ...strip, standing: lost }));
    expect(stopped).not.toContain('"over"');
    expect(stopped).toContain("lost 16:10, 2 waiting then");
  });
});

describe("waits", () => {
  const row = (hours: number[]) => ({
    code: "majors",
    name: "Majors",
    people: hours.length,
    waits: hours.map((each) => ({ minutes: each * 60, decidedToAdmit: false })),
    past: [],
    longestMinutes: null,
  });
  const lines = [{ minutes: 720, label: "12 h" }];

  it("have an axis with room for the longest and for the last line, and an end", () => {
    expect(lastHour([row([])], lines)).toBe(16);
    expect(lastHour([row([25.4])], lines)).toBe(28);
    expect(lastHour([row([90])], lines)).toBe(36);
  });
});

describe("an SPC chart", () => {
  const series: SpcSeries = {
    points: [{ at: now, value: 112, special: "concerning" }],
    limits: [],
    target: 80,
    variation: "concerning_high",
    assurance: "fail",
    rule: "over 7 points above the mean",
  };

  it("says what the server judged, and where it judged nothing, why", () => {
    expect(spcInWords(series)).toBe("Concerning, high: over 7 points above the mean. Will fail the target.");
    expect(spcInWords({ ...series, variation: "common", assurance: null, rule: undefined })).toBe(
      "Common cause: no change that counts.",
    );
    const reason = "Too few days to judge: 3 of 12. The limits drawn are trial limits.";
    expect(spcInWords({ ...series, variation: null, assurance: null, rule: undefined, reason })).toBe(reason);
  });

  it("names the first and the last day on its axis", () => {
    const days = Array.from({ length: 42 }, (_, index) => ({ at: index }));
    expect(namedMoments(days, 6)).toEqual([0, 8, 16, 25, 33, 41]);
    expect(namedMoments(days.slice(0, 2), 6)).toEqual([0, 1]);
  });
});

describe("alerts", () => {
  const alert = (id: string, change: Partial<Alert>): Alert => ({
    id,
    state: "expected",
    where: "QEQM",
    what: "Handover",
    value: "41",
    against: "of 45 min",
    at: now + HOUR,
    probability: 0.9,
    owner: "Site manager",
    ownedSince: now,
    ...change,
  });

  it("say on a wall how soon: now, the minutes left, or the clock", () => {
    expect(soonIn(alert("1", { state: "breached", at: now - HOUR }), now)).toBe("Now");
    expect(soonIn(alert("1", { at: now + 4 * 60_000 }), now)).toBe("4 min");
    expect(soonIn(alert("1", { at: now + 2 * HOUR }), now)).toBe("20:40");
    expect(soonIn(alert("1", { state: "silent", at: now - HOUR }), now)).toBe("17:40");
  });

  it("put first what no one has, then what breaches soonest, then silent feeds, then what is over", () => {
    const alerts = [
      alert("resolved", { state: "resolved", owner: null, at: now - 9 * HOUR }),
      alert("silenced", { state: "silenced", owner: null, at: now - 8 * HOUR }),
      alert("silent", { state: "silent", at: now - 7 * HOUR }),
      alert("later", { at: now + 2 * HOUR }),
      alert("breached", { state: "breached", at: now - HOUR }),
      alert("unowned", { owner: null, at: now + 5 * HOUR }),
    ];
    expect(bySoonest(alerts).map((each) => each.id)).toEqual([
      "unowned",
      "breached",
      "later",
      "silent",
      "silenced",
      "resolved",
    ]);
  });

  it("say when, with the range of what is only expected", () => {
    expect(whenOf(alert("a", { state: "breached", at: now - 12 * 60_000 }), now)).toEqual([
      "Breached 18:28",
      "12 min ago",
    ]);
    expect(whenOf(alert("b", { range: { from: now, to: now + 9 * HOUR } }), now)).toEqual([
      "Likely 19:40",
      "18:40 to Tue 03:40",
    ]);
  });

  it("draw nothing at all until the server sends them", () => {
    expect(AlertList({ id: "alerts", now })).toBeNull();
    expect(AlertList({ id: "alerts", now, alerts: [] })).not.toBeNull();
  });
});
