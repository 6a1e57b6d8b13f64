import type { Feed, Measures, OpelSummary, Overview, Site, Value } from "../src/api/types";

export const value = (change: Partial<Value> = {}): Value => ({
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

export const site = (code: string, need: number, measures: Measures = {}): Site => ({
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
  need,
});

export const opel = (change: Partial<OpelSummary> = {}): OpelSummary => ({
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
  breakdown: "/api/v1/opel/RVV01",
  ...change,
});

export const feed = (name: string, state: Feed["state"]): Feed => ({
  source: name,
  name,
  state,
  last_event_at: "2026-01-12T18:29:00Z",
  last_received_at: "2026-01-12T18:29:00Z",
  usual_gap_seconds: 120,
});

export const overview = (change: Partial<Overview> = {}): Overview => ({
  as_at: "2026-01-12T18:40:00Z",
  known_at: "2026-01-12T18:40:00Z",
  revision: 7,
  synthetic: true,
  system: { code: "QKS", name: "Kent and Medway" },
  history: { complete: true, from: null, share: 1 },
  clock: { now: "2026-01-12T18:40:00Z", rate: 1 },
  sites: [
    site("RVV01", 9, { "ed.in_department": value(), "beds.ga_free": value({ value: 19, unit: "beds" }) }),
    site("RN707", 5, { "ed.in_department": value({ value: 84 }) }),
  ],
  totals: { "ed.in_department": value({ value: 202 }) },
  opel: null,
  places: [],
  providers: [],
  feeds: [feed("East Kent ED", "live")],
  ...change,
});
