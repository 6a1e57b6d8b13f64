import type { Feed, MeasureDefinition, OpelDeclaration, OpelSummary, Site, Value } from "../api/types";

/** The moment of the pictures: Monday 12 January 2026, 18:40. */
export const NOW = Date.parse("2026-01-12T18:40:20Z");

export const reading = (change: Partial<Value>): Value => ({
  value: 118,
  unit: "people",
  numerator: null,
  denominator: null,
  n: null,
  absent: null,
  reason: null,
  as_of: "2026-01-12T18:40:00Z",
  freshness: "live",
  ...change,
});

export const share = (numerator: number, denominator: number, change: Partial<Value> = {}): Value =>
  reading({ value: numerator / denominator, unit: "share", numerator, denominator, ...change });

export const none = (absent: NonNullable<Value["absent"]>, reason: string): Value =>
  reading({ value: null, absent, reason, as_of: null });

export const definition: MeasureDefinition = {
  name: "ed.over_12h",
  title: "In ED over 12 hours",
  kind: "share",
  unit: "share",
  direction: "lower",
  definition: "Of the people in the emergency department now, the share who arrived 12 hours ago or more",
  numerator: "over 12 h",
  denominator: "in the department",
  window: "Now",
  missing: "A person without an arrival time is left out of both counts",
  source: "East Kent Hospitals ED feed, arrival to departure",
  target: 0.1,
  target_source: "example for this page",
};

export const declared = (change: Partial<OpelDeclaration> = {}): OpelDeclaration => ({
  id: "1",
  organisation: "RVV",
  level: 4,
  state: "agreed",
  since: "2026-01-12T16:05:00Z",
  why: "CT scanner out of use",
  calculated: null,
  steps: [],
  ...change,
});

export const level = (change: Partial<OpelSummary> = {}): OpelSummary => ({
  edition: "2024-26",
  level: 3,
  level_least: 3,
  level_most: 3,
  score: 17,
  score_least: 17,
  score_most: 17,
  of: 24,
  indicative: true,
  local: true,
  declared: null,
  told: null,
  holds: null,
  breakdown: "/api/v1/opel/RVV01",
  ...change,
});

export const levels: [string, OpelSummary | null][] = [
  ["A site's: a local view", level()],
  ["The system's: a mean of its providers", level({ local: false, score: 13.25 })],
  [
    "A reading is missing, and the level is open",
    level({ level: null, level_least: 2, score: null, score_least: 11, score_most: 14 }),
  ],
  [
    "Declared leads; calculated stands beside it",
    level({
      local: false,
      declared: declared(),
      holds: { level: 4, since: "2026-01-12T16:05:00Z", origin: "boards" },
    }),
  ],
  [
    "Told by the organisation's own system, and newer",
    level({
      local: false,
      told: { level: 2, since: "2026-01-12T17:20:00Z" },
      holds: { level: 2, since: "2026-01-12T17:20:00Z", origin: "feed" },
    }),
  ],
  ["Nothing is scored", null],
];

export const site = (code: string, measures: Site["measures"], change: Partial<Site> = {}): Site => ({
  code,
  name: `${code} Hospital`,
  short_name: code,
  town: "Ashford",
  kind: "acute",
  provider: "RVV",
  place: "east_kent",
  ed_type: 1,
  latitude: 51.1,
  longitude: 0.9,
  measures,
  opel: null,
  need: 1,
  ...change,
});

const named = (code: string, name: string, measures: Site["measures"]) =>
  site(code, measures, { name, short_name: name, town: code });

export const feed = (name: string, state: Feed["state"], change: Partial<Feed> = {}): Feed => ({
  source: name,
  name,
  state,
  last_event_at: "2026-01-12T18:29:00Z",
  last_received_at: "2026-01-12T18:29:00Z",
  usual_gap_seconds: 120,
  facts: 1,
  ...change,
});

export const sites: Site[] = [
  named("live", "Tunbridge Wells", {
    "ed.in_department": reading({ value: 76 }),
    "ed.over_12h": share(4, 76),
    "beds.ga_occupancy": share(335, 375),
  }),
  named("delayed", "Medway Maritime", {
    "ed.in_department": reading({ value: 112, freshness: "delayed", as_of: "2026-01-12T18:29:00Z" }),
    "ed.over_12h": share(13, 112, { freshness: "delayed", as_of: "2026-01-12T18:29:00Z" }),
    "beds.ga_occupancy": share(507, 528),
  }),
  named("lost", "Maidstone", {
    "ed.in_department": reading({ value: 58, freshness: "lost", as_of: "2026-01-12T16:10:00Z" }),
    "ed.over_12h": share(1, 58, { freshness: "lost", as_of: "2026-01-12T16:10:00Z" }),
    "beds.ga_occupancy": share(282, 321),
  }),
  named("absent", "Kent and Canterbury", {
    "ed.in_department": none("not_applicable", "no type 1 ED"),
    "ed.over_12h": none("not_applicable", "no type 1 ED"),
    "beds.ga_occupancy": share(122, 141),
  }),
];

const heard = (at: string): Partial<Feed> => ({ last_event_at: at, last_received_at: at });

export const feeds: Feed[] = [
  feed("Kent Community Health virtual wards", "silent", {
    ...heard("2026-01-12T16:10:00Z"),
    usual_gap_seconds: 900,
  }),
  feed("Medway ED", "delayed"),
  feed("East Kent ED", "live", heard("2026-01-12T18:40:00Z")),
  feed("Kent and Medway Mental Health", "silent", { last_event_at: null, last_received_at: null }),
];
