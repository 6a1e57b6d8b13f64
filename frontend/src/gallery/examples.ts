import type { Alert, LevelHour } from "../api/ahead";
import type { Agreement } from "../api/types";
import type { BedUnit } from "../components/beds/bed-grid";
import { type Bed, fromCounts } from "../components/beds/beds";
import type { SpcSeries } from "../components/spc/spc";
import type { Vehicle } from "../components/vehicles/vehicle-strip";
import type { WaitLine, WaitsRow } from "../components/waits/waits-strip";
import type { Extent } from "../scale/scale";
import type { Forecast, Point } from "../scale/series";
import { NOW, reading, share } from "./values";

/* Made for this page alone, and the same at every visit. No board reads it. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** 24 hours back, 8 ahead. */
export const dayWindow: Extent = { from: NOW - 24 * HOUR, to: NOW + 8 * HOUR };

const wobble = (index: number) => Math.sin(index * 1.7) * 0.6 + Math.sin(index * 0.61 + 2) * 0.4;

/** Every half hour for a day, the last value given. */
export function past(end: number, swing: number): Point[] {
  return Array.from({ length: 49 }, (_, index) => {
    const hours = (index - 48) / 2;
    const shape = Math.cos(((hours + 1) / 24) * 2 * Math.PI) - Math.cos((1 / 24) * 2 * Math.PI);
    const noise = index === 48 ? 0 : wobble(index) * swing * 0.08;
    return { at: NOW + hours * HOUR, value: Math.round(end + shape * swing + noise) };
  });
}

export function ahead(start: number, drift: number, spread: number): Forecast {
  return {
    issuedAt: NOW - 10 * 60_000,
    skill: { share: 0.24, against: "the same hour last week" },
    points: Array.from({ length: 17 }, (_, index) => {
      const middle = start + drift * Math.sin((index / 16) * Math.PI * 0.8);
      const wide = spread * Math.sqrt(index / 16);
      return {
        at: NOW + (index / 2) * HOUR,
        middle,
        low50: middle - wide * 0.5,
        high50: middle + wide * 0.5,
        low80: middle - wide,
        high80: middle + wide,
      };
    }),
  };
}

export const crossingForecast: Forecast = {
  ...ahead(26, 7, 7),
  crossing: { at: NOW + 2.1 * HOUR, from: NOW + 0.7 * HOUR, to: NOW + 6 * HOUR },
};

export const naiveForecast: Forecast = {
  ...ahead(42, 2, 9),
  skill: { share: -0.04, against: "the same hour yesterday" },
  naive: "the same hour yesterday",
};

const spcPoint = (
  index: number,
  value: number,
  special: "improving" | "concerning" | "neither" | null = null,
) => ({ at: NOW - (41 - index) * DAY, value, special });

const spcValues = [
  103, 101, 106, 109, 102, 101, 107, 106, 105, 107, 101, 111, 108, 107, 99, 98, 97, 98, 95, 95, 98, 96, 101,
  98, 100, 100, 103, 101, 121, 102, 101, 102, 104, 106, 107, 108, 109, 108, 109, 107, 110, 112,
];

export const spc: SpcSeries = {
  points: spcValues.map((value, index) =>
    spcPoint(
      index,
      value,
      index >= 14 && index <= 21 ? "improving" : index === 28 || index >= 33 ? "concerning" : null,
    ),
  ),
  limits: [{ from: NOW - 41 * DAY, to: NOW, mean: 103, lower: 95, upper: 112 }],
  target: 80,
  variation: "concerning_high",
  assurance: "fail",
  rule: "over 7 points above the mean",
};

export const trialSpc: SpcSeries = {
  points: [81, 77, 76, 74, 76, 78, 74, 84, 79].map((value, index) => spcPoint(33 + index, value)),
  limits: [{ from: NOW - 8 * DAY, to: NOW, mean: 77, lower: 60, upper: 94, trial: true }],
  target: 70,
  variation: null,
  assurance: null,
  reason: "Too few days to judge: 9 of 12. The limits drawn are trial limits.",
};

const steppedValues = [
  60, 62, 58, 61, 63, 59, 60, 62, 59, 61, 60, 62, 51, 49, 52, 50, 48, 51, 50, 49, 51, 50, 49, 58,
];

export const steppedSpc: SpcSeries = {
  points: steppedValues.map((value, index) => spcPoint(18 + index, value, index === 23 ? "neither" : null)),
  limits: [
    { from: NOW - 23 * DAY, to: NOW - 12 * DAY, mean: 60.6, lower: 54.3, upper: 66.9 },
    { from: NOW - 11 * DAY, to: NOW, mean: 50.7, lower: 44.1, upper: 57.2 },
  ],
  steps: [{ at: NOW - 11 * DAY, why: "The urgent treatment centre took the minor injuries" }],
  target: null,
  variation: "neither_high",
  assurance: null,
  rule: "a day outside the limits",
};

export const begunSpc: SpcSeries = {
  ...steppedSpc,
  points: steppedSpc.points.slice(0, 13),
  limits: steppedSpc.limits.slice(0, 1),
  variation: null,
  rule: undefined,
  reason: "Too few days to judge: the limits begin again with the second whole day.",
};

const named = (bay: string, states: Bed["state"][], reason?: string): Bed[] =>
  states.map((state, index) => ({
    state,
    bay: `Bay ${bay}`,
    name: `${bay}${index + 1}`,
    reason: state === "closed" ? reason : undefined,
  }));

export const mercer: BedUnit = {
  code: "mercer",
  name: "Mercer",
  kind: "Maidstone",
  beds: [
    ...named("A", ["occupied", "ready_to_leave", "occupied", "awaiting", "occupied", "free"]),
    ...named("B", ["ready_to_leave", "cleaning", "occupied", "occupied", "kept", "occupied"]),
    ...named("C", ["occupied", "closed", "closed", "unstaffed", "free", "occupied"], "norovirus, to Wed"),
    { state: "occupied", name: "S1", bay: "Side rooms" },
    { state: "unknown", name: "S2", bay: "Side rooms" },
    { state: "occupied", name: "E1", bay: "Escalation", escalation: true },
    { state: "free", name: "E2", bay: "Escalation", escalation: true },
  ],
  occupancy: share(12, 19),
  noCriteriaToReside: 2,
};

export const wards: BedUnit[] = [
  mercer,
  {
    code: "cambridge-l",
    name: "Cambridge L",
    kind: "gastroenterology",
    beds: fromCounts({ ready_to_leave: 7, occupied: 21 }),
    occupancy: share(28, 28),
    noCriteriaToReside: 7,
  },
  {
    code: "cambridge-k",
    name: "Cambridge K",
    kind: "respiratory",
    beds: fromCounts({ ready_to_leave: 6, occupied: 16, closed: 6 }).map((bed) =>
      bed.state === "closed" ? { ...bed, reason: "norovirus, to Wed" } : bed,
    ),
    occupancy: share(22, 22),
    noCriteriaToReside: 6,
  },
  {
    code: "day-surgery",
    name: "Day surgery",
    kind: "escalation",
    beds: fromCounts({ ready_to_leave: 6, occupied: 12 }).map((bed) => ({ ...bed, escalation: true })),
    occupancy: share(18, 18, { freshness: "delayed", as_of: "2026-01-12T18:29:00Z" }),
    noCriteriaToReside: 6,
  },
  {
    code: "invicta",
    name: "Invicta",
    kind: "older people",
    beds: fromCounts({ occupied: 22, unknown: 2 }),
    occupancy: share(22, 24, { freshness: "lost", as_of: "2026-01-12T17:58:00Z" }),
    noCriteriaToReside: null,
  },
  {
    code: "rotary",
    name: "Rotary",
    kind: "surgery",
    beds: [],
    occupancy: reading({ value: null, absent: "feed_silent", reason: "feed silent since Fri 17:02" }),
    noCriteriaToReside: null,
  },
];

export const breaching: Vehicle[] = [
  { minutes: -28, category: "C3" },
  { minutes: -20, category: "C2" },
  { minutes: -14, category: "C3" },
  { minutes: -9, category: "C2" },
  { minutes: -7, category: "C2" },
  ...[4, 11, 12, 19, 28, 34, 48, 57].map((minutes) => ({ minutes })),
];

export const waitLines: WaitLine[] = [
  { minutes: 240, label: "4 h standard" },
  { minutes: 720, label: "12 h", breach: true },
];

const area = (code: string, name: string, note: string, hours: number[]): WaitsRow => ({
  code,
  name,
  note,
  people: hours.length,
  waits: hours.map((each, index) => ({ minutes: each * 60, decidedToAdmit: each > 5 && index % 3 > 0 })),
  past: waitLines.map((line) => hours.filter((each) => each * 60 >= line.minutes).length),
  longestMinutes: hours.length === 0 ? null : Math.max(...hours) * 60,
});

export const areas: WaitsRow[] = [
  area("resus", "Resuscitation", "of 6 bays", [0.5, 1.2, 1.9, 2.6, 3.4, 6.7]),
  area(
    "majors",
    "Majors",
    "of 34 cubicles",
    [
      0.3, 0.4, 0.6, 0.9, 1.2, 1.2, 1.5, 1.9, 2.3, 2.6, 3, 3.2, 3.4, 3.9, 4.1, 5, 5.6, 6.2, 6.6, 7.1, 7.8,
      8.4, 9, 9.7, 10.3, 11.4, 12.2, 12.5, 12.8, 13.4, 14.7, 17.9, 20.3, 25.4,
    ],
  ),
  area("corridor", "Corridor", "no planned places", [5.8, 9, 12, 14, 16.5, 22]),
  area("to-be-seen", "To be assessed", "standard 15 min", [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6]),
  area("children", "Children", "of 12 cubicles", []),
];

/** A hump of probability for level 4, the rest going to the levels below it. */
export function hours(height: number): LevelHour[] {
  return Array.from({ length: 24 }, (_, index) => {
    const four = height * Math.exp(-(((index - 8.5) / 6) ** 2)) + height * 0.25 * (index / 24);
    const three = (1 - four) * 0.7;
    const two = (1 - four) * 0.25;
    return {
      at: Math.floor(NOW / HOUR) * HOUR + (index + 1) * HOUR,
      level: { 1: 1 - four - three - two, 2: two, 3: three, 4: four },
    };
  });
}

const at = (time: string) => Date.parse(`2026-01-12T${time}:00Z`);
const skill = { share: 0.24, against: "the same hour last week" };

export const alerts: Alert[] = [
  {
    id: "1",
    state: "expected",
    where: "QEQM",
    what: "Ambulance handover over 45 min",
    value: "41",
    against: "of 45 min",
    at: at("18:44"),
    probability: 0.93,
    skill,
    owner: null,
    ownedSince: null,
  },
  {
    id: "2",
    state: "breached",
    where: "William Harvey",
    what: "Ambulance handover over 45 min",
    value: "57",
    against: "of 45 min",
    at: at("18:28"),
    probability: null,
    owner: "Site manager, Ashford",
    ownedSince: at("18:31"),
  },
  {
    id: "3",
    state: "expected",
    where: "William Harvey",
    what: "OPEL 4",
    value: "17",
    against: "of 19 points",
    at: at("22:00"),
    range: { from: at("20:30"), to: NOW + 7.5 * HOUR },
    probability: 0.68,
    skill: { ...skill, share: 0.28 },
    owner: "SCC duty manager",
    ownedSince: at("18:02"),
  },
  {
    id: "4",
    state: "silent",
    where: "Kent Community Health",
    what: "Virtual ward feed, 3 figures held",
    value: "2½ h",
    against: "usual gap 15 min",
    at: at("16:10"),
    probability: null,
    owner: "Feed desk, KCHFT",
    ownedSince: at("16:31"),
  },
  {
    id: "5",
    state: "inhibited",
    where: "Frailty virtual ward",
    what: "Over 80% occupied",
    value: "–",
    against: "",
    at: at("16:10"),
    probability: null,
    owner: "rests on the silent feed",
    ownedSince: null,
    note: "returns when the feed does",
  },
  {
    id: "6",
    state: "silenced",
    where: "Darent Valley",
    what: "4-hour performance under 78%",
    value: "71.8%",
    against: "of 78%",
    at: at("20:00"),
    probability: null,
    owner: "SCC duty manager",
    ownedSince: null,
    note: "known, in huddle 16:00",
  },
  {
    id: "7",
    state: "resolved",
    where: "Medway Maritime",
    what: "Ambulance handover over 45 min",
    value: "19",
    against: "of 45 min",
    at: at("17:26"),
    probability: null,
    owner: "Site manager, Medway",
    ownedSince: null,
    note: "card 6 of 6",
  },
];

const agreement = (change: Partial<Agreement>): Agreement => ({
  family: "divert",
  state: "in_force",
  reference: "D17",
  organisation: "RVV",
  kind: "ambulance",
  site: null,
  from_site: "RVV09",
  to_site: "RVV01",
  reason: "crowding",
  count: null,
  since: "2026-01-12T16:05:00Z",
  until: "2026-01-12T20:30:00Z",
  freshness: "live",
  as_of: null,
  ...change,
});

/** What is in force: of each family one, and one of each state. */
export const agreed: Agreement[] = [
  agreement({
    family: "incident",
    kind: "critical",
    site: "RVV01",
    reason: null,
    until: null,
    reference: "I3",
  }),
  agreement({}),
  agreement({ state: "asked", kind: "maternity", reason: "staffing", until: null, reference: "D18" }),
  agreement({ until: "2026-01-12T18:00:00Z", reason: null, reference: "D19" }),
  agreement({
    family: "mutual_aid",
    kind: "staff",
    count: 4,
    reason: null,
    reference: "A2",
    freshness: "lost",
    as_of: "2026-01-12T16:10:00Z",
  }),
];
