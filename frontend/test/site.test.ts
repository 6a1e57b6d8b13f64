import { describe, expect, it, vi } from "vitest";
import { Refused } from "../src/api/client";
import type { Mark, OpelParameter, SiteDetail, SitePeople, UnitRow } from "../src/api/types";
import { createFollower, type Followed } from "../src/boards/frame/following";
import { feedsOf, headlinesOf, providerInWords } from "../src/boards/site/head";
import {
  bedsOf,
  gridOf,
  leaveOf,
  medianOf,
  vehiclesOf,
  waitLines,
  waitsOf,
} from "../src/boards/site/pictured";
import { sheetOfBeds } from "../src/components/beds/beds-sheet";
import { sheetOfLeave } from "../src/components/leave/leave-strip";
import { alongBands, basisOf } from "../src/components/opel/opel-breakdown";
import { nextInWords, stepInWords } from "../src/components/opel/points";
import { sheetOfWaits } from "../src/components/waits/waits-strip";
import { feed, opel, site, value } from "./factories";

const mark = (change: Partial<Mark> = {}): Mark => ({
  service: "bed",
  unit: "W",
  state: "here",
  since: "2026-01-12T18:00:00Z",
  minutes: 40,
  acuity: null,
  decision_to_admit: false,
  decided_minutes: null,
  no_criteria_to_reside: false,
  no_criteria_minutes: null,
  pathway: null,
  age_band: null,
  escalation: false,
  category: null,
  expected_at: null,
  key: null,
  ...change,
});

const people = (...marks: Mark[]): SitePeople => ({
  as_at: "2026-01-12T18:40:00Z",
  known_at: "2026-01-12T18:40:00Z",
  site: "RVV01",
  keyed: false,
  left_out: { ghosts: 0, stale: 0 },
  people: marks,
});

const unit = (
  occupied: number,
  capacity: Partial<UnitRow["capacity"]>,
  change: Partial<UnitRow> = {},
): UnitRow => ({
  code: "W",
  name: "Ward",
  kind: "ward",
  bed_kind: "ga_adult",
  area: null,
  capacity: { core: 0, escalation: 0, closed: 0, ...capacity },
  measures: { "unit.occupied": value({ value: occupied }) },
  ...change,
});

const states = (beds: { state: string; escalation?: boolean }[]) =>
  beds.map(({ state, escalation }) => (escalation ? `${state}+` : state)).join(" ");

const detail = (change: Partial<SiteDetail>): SiteDetail => ({
  ...site("RVV01", 1),
  as_at: "2026-01-12T18:40:00Z",
  known_at: "2026-01-12T18:40:00Z",
  units: [],
  ...change,
});

describe("the places of a unit", () => {
  it("are those in use, those open and not in use, and those closed", () => {
    expect(states(bedsOf(unit(2, { core: 4, closed: 1 }), []))).toBe("occupied occupied free closed");
  });

  it("are never fewer than the people in them", () => {
    expect(states(bedsOf(unit(3, { core: 2 }), []))).toBe("occupied occupied occupied");
  });

  it("say who is ready to leave and which are escalation beds, and are as many as the counts", () => {
    const beds = bedsOf(unit(3, { core: 3, escalation: 2 }), [
      mark({ no_criteria_to_reside: true }),
      mark({ escalation: true, no_criteria_to_reside: true }),
      mark(),
    ]);
    expect(states(beds)).toBe("ready_to_leave occupied ready_to_leave+ free free+");
  });

  it("have no count of those ready to leave where no marks may be seen", () => {
    expect(gridOf([unit(1, { core: 1 })], null)[0]?.noCriteriaToReside).toBeNull();
    const [row] = gridOf(
      [unit(2, { core: 2 })],
      people(mark({ no_criteria_to_reside: true }), mark({ unit: "X" })),
    );
    expect(row?.noCriteriaToReside).toBe(1);
  });
});

describe("the department", () => {
  const majors = unit(2, { core: 4 }, { code: "M", name: "Majors", kind: "ed_area", area: "majors" });

  it("has a row an area with those past each line, and those in no area last", () => {
    const rows = waitsOf(
      [majors, unit(1, { core: 1 })],
      people(
        mark({ service: "ed", unit: "M", minutes: 240, decision_to_admit: true }),
        mark({ service: "ed", unit: "M", minutes: 721 }),
        mark({ service: "ed", unit: null, minutes: 3 }),
        mark(),
      ),
    );
    expect(
      rows.map(({ name, people, past, longestMinutes }) => [name, people, past, longestMinutes]),
    ).toEqual([
      ["Majors", 2, [2, 1], 721],
      ["No area yet", 1, [0, 0], 3],
    ]);
    expect(rows[0]?.note).toBe("4 cubicles");
    expect(rows[0]?.waits[0]).toEqual({ minutes: 240, decidedToAdmit: true });
  });

  it("has ambulances at the door, and on their way those whose time is known and near", () => {
    const now = Date.parse("2026-01-12T18:40:00Z");
    const due = (expected_at: string | null) =>
      mark({ service: "ambulance", state: "due_in", category: "C2", expected_at });
    const vehicles = vehiclesOf(
      people(
        mark({ service: "ambulance", minutes: 12 }),
        due("2026-01-12T18:50:00Z"),
        due("2026-01-12T18:30:00Z"),
        due("2026-01-12T19:40:00Z"),
        due(null),
        mark(),
      ),
      now,
    );
    expect(vehicles.map((each) => each.minutes)).toEqual([12, -10, -1]);
  });
});

describe("those ready to leave", () => {
  it("stand by pathway with their days and median", () => {
    const ready = (pathway: Mark["pathway"], days: number) =>
      mark({ no_criteria_to_reside: true, pathway, no_criteria_minutes: days * 1440 });
    const rows = leaveOf(people(ready(1, 4), ready(1, 2), ready(null, 1), mark({ pathway: 1 })));
    expect(rows.map(({ name, days }) => [name, days])).toEqual([
      ["Pathway 0", []],
      ["Pathway 1", [2, 4]],
      ["Pathway 2", []],
      ["Pathway 3", []],
      ["Not yet set", [1]],
    ]);
    expect(medianOf([2, 4])).toBe(3);
    expect(medianOf([1, 5, 9])).toBe(5);
    expect(medianOf([])).toBeNull();
  });
});

describe("the head of a site", () => {
  it("has only what applies to it", () => {
    const none = value({ value: null, absent: "not_applicable" });
    const virtual = detail({
      ed_type: null,
      measures: { "ed.in_department": none, "beds.ga_occupancy": none, "virtual_ward.on_caseload": value() },
    });
    expect(headlinesOf(virtual).map((each) => each.measure)).toEqual(["virtual_ward.on_caseload"]);
    const utc = detail({
      ed_type: 3,
      measures: { "ed.in_department": value(), "ambulance.handover_mean_today": value() },
    });
    expect(headlinesOf(utc).map((each) => each.label)).toEqual(["In the unit"]);
  });

  it("says what the provider declared beside what was calculated", () => {
    const now = Date.parse("2026-01-12T18:40:00Z");
    const holds = { level: 4, since: "2026-01-12T09:20:00Z", origin: "boards" } as const;
    expect(providerInWords("East Kent", opel({ holds }), now)).toBe(
      "East Kent: OPEL 4 declared 09:20; calculated 3",
    );
    expect(providerInWords("East Kent", opel({ holds: { ...holds, origin: "feed" } }), now)).toBe(
      "East Kent: OPEL 4 told by its feed 09:20; calculated 3",
    );
    expect(providerInWords("East Kent", opel(), now)).toBe("East Kent: calculated OPEL 3, nothing declared");
    expect(providerInWords("East Kent", null, now)).toBe("");
  });

  it("names the feeds that its figures rest on", () => {
    const feeds = ["RVV", "RYD", "RPA"].map((code) => feed(`urn:nhs:ods:${code}`, "live"));
    const system = {
      code: "QKS",
      name: "Kent",
      providers: [{ code: "RYD", name: "SECAmb", short_name: "SECAmb", kind: "ambulance" }],
    };
    const sources = (ed_type: SiteDetail["ed_type"]) =>
      feedsOf(detail({ ed_type }), feeds, system).map((each) => each.source.slice(-3));
    expect(sources(1)).toEqual(["RVV", "RYD"]);
    expect(sources(3)).toEqual(["RVV"]);
  });
});

describe("OPEL, parameter by parameter", () => {
  const edge = (at: number | null, points: number) => ({
    edge: at,
    points,
    basis: "memory" as const,
    confidence: "unconfirmed" as const,
  });
  const parameter = (change: Partial<OpelParameter>): OpelParameter => ({
    code: "handover",
    name: "Handover",
    measure: "ambulance.handover_mean_today",
    window: "since_midnight",
    note: null,
    value: 22.5,
    unit: "minutes",
    numerator: null,
    denominator: null,
    n: 71,
    absent: null,
    reason: null,
    as_of: null,
    freshness: "live",
    points: 1,
    of: 3,
    direction: "lower",
    bands: [edge(null, 0), edge(15, 1), edge(30, 2), edge(60, 3)],
    band: 1,
    to_worse: { amount: 7.5, unit: "minutes", points: 2 },
    to_better: null,
    ...change,
  });

  it("says how far the next band is in the parameter's own unit", () => {
    expect(nextInWords(parameter({}))).toBe("8 min");
    expect(stepInWords({ amount: 1, unit: "people", points: 1 })).toBe("1 person");
    expect(stepInWords({ amount: 9, unit: "beds", points: 1 })).toBe("9 beds");
    expect(nextInWords(parameter({ to_worse: null }))).toBe("top band");
    expect(nextInWords(parameter({ points: null }))).toBe("–");
  });

  it("stands within its band, whichever way is worse", () => {
    expect(alongBands(parameter({}))).toBe(1.5);
    expect(alongBands(parameter({ value: 200, band: 3 }))).toBeCloseTo(3.97);
    const falling = [edge(null, 0), edge(0.95, 1), edge(0.76, 2), edge(0.6, 3)];
    expect(alongBands(parameter({ bands: falling, value: 0.68, band: 2, direction: "higher" }))).toBeCloseTo(
      2.5,
    );
    expect(alongBands(parameter({ value: null, band: null }))).toBeNull();
  });

  it("says the least sure source of its bands", () => {
    expect(basisOf(parameter({ bands: [edge(null, 0), { ...edge(1, 1), basis: "placeholder" }] }))).toBe(
      "placeholder",
    );
  });
});

describe("what is asked for again as something moves", () => {
  it("is asked at once, then at most every five seconds, and never again once refused", async () => {
    vi.useFakeTimers();
    const told: Followed<number>[] = [];
    let asked = 0;
    const ask = vi.fn(async () => {
      asked += 1;
      if (asked === 3) throw new Refused("/people", 403);
      if (asked === 2) throw new Error("away");
      return asked;
    });
    const follower = createFollower(
      ask,
      (each) => told.push(each),
      5_000,
      () => Date.now(),
    );
    follower.moved();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([{ answer: 1, refused: false }]);
    follower.moved();
    follower.moved();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(told).toHaveLength(1);
    follower.moved();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.at(-1)).toEqual({ answer: null, refused: true });
    follower.moved();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });
});

describe("what leaves the board of a site", () => {
  it("has the waits by area, with one to four people withheld", () => {
    const area = { code: "M", name: "Majors", waits: [], people: 28, past: [12, 3], longestMinutes: 721 };
    expect(sheetOfWaits([area], waitLines)).toEqual([
      ["Area", "People", "over 4 h", "over 12 h", "Longest"],
      ["Majors", "28", "12", "under 5", "12 h 01"],
    ]);
  });

  it("has the beds by ward; where few are occupied, the free beds do not give them away", () => {
    const now = Date.parse("2026-01-12T18:40:00Z");
    const ward = (occupied: number) =>
      gridOf([unit(occupied, { core: 7 }, { name: "Mercer", bed_kind: "ga_adult" })], null).map((each) => ({
        ...each,
        occupancy: value({ value: occupied / 7, unit: "share", numerator: occupied, denominator: 7 }),
      }));
    expect(sheetOfBeds([...ward(6), ...ward(3)], now).slice(1)).toEqual([
      ["Mercer", "6", "7", "1 free", ""],
      ["Mercer", "under 5", "", "", ""],
    ]);
  });

  it("has those ready to leave by pathway, and no median of a few", () => {
    const lines = [
      { name: "Pathway 1", note: "home with care", days: [1, 2, 3, 4, 5], median: 3 },
      { name: "Pathway 3", days: [9], median: 9 },
    ];
    expect(sheetOfLeave(lines).slice(1)).toEqual([
      ["Pathway 1, home with care", "5", "3"],
      ["Pathway 3", "under 5", ""],
    ]);
  });
});
