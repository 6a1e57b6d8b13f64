/** The shapes of the API, in one place. To be generated from the OpenAPI document; until then this file follows it. */

export type Unit = "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
export type Absent = "not_applicable" | "feed_silent" | "not_due" | "not_provided" | "suppressed";
export type Freshness = "live" | "delayed" | "lost";

/** One reading of one measure. A share runs from 0 to 1; an absent reading has no value and says why in words. */
export interface Value {
  value: number | null;
  unit: Unit;
  numerator: number | null;
  denominator: number | null;
  n: number | null;
  absent: Absent | null;
  reason: string | null;
  as_of: string | null;
  freshness: Freshness;
}

export type Measures = Record<string, Value>;

export type OpelLevel = 1 | 2 | 3 | 4;

/** A level that somebody proposed, and what has become of it. It holds from the moment it was agreed. */
export interface OpelDeclaration {
  level: OpelLevel;
  state: "proposed" | "validated" | "agreed" | "refused";
  since: string;
  why: string | null;
}

/** A calculated level in short. Where a parameter is missing the score is a range, and so may the level be. */
export interface OpelSummary {
  edition: string;
  level: OpelLevel | null;
  level_least: OpelLevel | null;
  level_most: OpelLevel | null;
  score: number | null;
  score_least: number | null;
  score_most: number | null;
  of: number | null;
  indicative: boolean;
  local: boolean;
  declared: OpelDeclaration | null;
  breakdown: string;
}

export interface Clock {
  now: string;
  rate: number;
}

export interface History {
  complete: boolean;
  from: string | null;
  share: number;
}

export interface Site {
  code: string;
  name: string;
  short_name: string;
  town: string;
  kind: string;
  provider: string;
  place: string;
  ed_type: number | null;
  latitude: number;
  longitude: number;
  measures: Measures;
  opel: OpelSummary | null;
  /** Bigger is worse. */
  need: number;
}

export interface Capacity {
  core: number;
  escalation: number;
  closed: number;
}

export interface UnitRow {
  code: string;
  name: string;
  kind: string;
  bed_kind: string | null;
  area: string | null;
  capacity: Capacity;
  measures: Measures;
}

/** A site with every measure, and its units. */
export interface SiteDetail extends Site {
  as_at: string;
  known_at: string;
  units: UnitRow[];
}

/** One person at a site, or an ambulance on its way there; nothing says who it is. */
export interface Mark {
  service: "ed" | "bed" | "ambulance" | "virtual_ward";
  unit: string | null;
  state: "here" | "due_in";
  since: string;
  minutes: number;
  acuity: number | null;
  decision_to_admit: boolean;
  decided_minutes: number | null;
  no_criteria_to_reside: boolean;
  no_criteria_minutes: number | null;
  pathway: 0 | 1 | 2 | 3 | null;
  age_band: string | null;
  escalation: boolean;
  category: string | null;
  expected_at: string | null;
  key: string | null;
}

export interface SitePeople {
  as_at: string;
  known_at: string;
  site: string;
  keyed: boolean;
  left_out: { ghosts: number; stale: number };
  people: Mark[];
}

export interface Group {
  code: string;
  name: string;
  short_name?: string;
  measures: Measures;
  opel: OpelSummary | null;
}

export interface Feed {
  source: string;
  name: string;
  state: "live" | "delayed" | "silent";
  last_event_at: string | null;
  last_received_at: string | null;
  usual_gap_seconds: number | null;
}

export interface Overview {
  as_at: string;
  known_at: string;
  revision: number;
  synthetic: boolean;
  system: { code: string; name: string };
  history: History;
  clock: Clock;
  sites: Site[];
  totals: Measures;
  opel: OpelSummary | null;
  places: Group[];
  providers: Group[];
  feeds: Feed[];
}

interface RowDelta {
  measures?: Measures;
  opel?: OpelSummary | null;
}

/** What changed since the revision before; a part that did not change is left out. */
export interface OverviewDelta {
  as_at?: string;
  known_at?: string;
  clock?: Clock;
  history?: History;
  sites?: Record<string, RowDelta & { need?: number }>;
  totals?: Measures;
  opel?: OpelSummary | null;
  feeds?: Feed[];
  places?: Record<string, RowDelta>;
  providers?: Record<string, RowDelta>;
}

export type ServerMessage =
  | { type: "snapshot"; topic: "overview"; revision: number; data: Overview }
  | { type: "delta"; topic: "overview"; previous: number; revision: number; data: OverviewDelta }
  | { type: "heartbeat"; revision: number; clock: Clock }
  | { type: "problem"; title: string; detail: string };

export interface MeasureDefinition {
  name: string;
  title: string;
  kind: "count" | "share" | "mean" | "quantile" | "sum" | "gauge";
  unit: Unit;
  direction: "lower" | "higher" | "neutral";
  definition: string;
  numerator: string | null;
  denominator: string | null;
  window: string;
  missing: string;
  source: string;
  target: number | null;
  target_source: string | null;
}

export interface DistrictMap {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    properties: { code: string; name: string; place: string };
    geometry:
      | { type: "Polygon"; coordinates: [number, number][][] }
      | { type: "MultiPolygon"; coordinates: [number, number][][][] };
  }[];
}

/** An ambulance that waits or is on its way, by its times and its category alone. */
export interface Vehicle {
  state: "waiting" | "due_in";
  since: string;
  category: string | null;
  expected_at: string | null;
}

export interface Vehicles {
  as_at: string;
  sites: { code: string; vehicles: Vehicle[] }[];
}

/** Who asks, and what they may. */
export interface Me {
  title: string;
  sites: string[] | null;
  may: string[];
}

export interface FeedRow extends Feed {
  code: string;
  delayed_at: string | null;
  silent_at: string | null;
  rhythm_learned: boolean;
  accepted_24h: number;
  refused_24h: number;
  refused_share: number | null;
  quarantined: number;
}

export interface FeedBoard {
  as_at: string;
  items: FeedRow[];
}

export interface FeedDetail {
  code: string;
  rhythm_learned: boolean;
  /** The share of five-minute marks with something, by hour of the week, Monday 00:00 in London first. */
  rhythm: number[];
}

export interface WorklistItem {
  journey: string;
  kind: string;
  site: string | null;
  unit: string | null;
  reason: "stale" | "ghost";
  last_event_at: string;
}

export interface UnmappedItem {
  field: string;
  reason: string;
  payloads: number;
  times: number;
  last_received_at: string;
}

export interface QuarantineItem {
  id: string;
  received_at: string;
  last_received_at: string;
  times: number;
  source: string | null;
  type: string | null;
  reason: string;
  field: string | null;
  redacted: Record<string, unknown>;
  state: "held" | "mended" | "replayed" | "expired";
  expires_at: string;
}

/** A page of a list, and the cursor of the next. */
export interface PageOf<Item> {
  items: Item[];
  total?: number;
  next: string | null;
}

/** What became of events that were sent. */
export interface EventsAnswer {
  accepted: number;
  /** Null where that cannot be known. */
  duplicate: number | null;
  quarantined: number;
}

/** A unit beside those of other sites. */
export interface SiteUnit extends UnitRow {
  site: string;
}

export interface ServiceProvider {
  code: string;
  name: string;
  short_name: string;
  kind: string;
  measures: Measures;
}

/** The measures of one service at every level, where they apply; units only for the service `unit`. */
export interface Service {
  as_at: string;
  service: string;
  measures: Measures;
  sites: { code: string; measures: Measures }[];
  providers: ServiceProvider[];
  units: SiteUnit[];
}

export type Basis = "published" | "fits_data" | "memory" | "placeholder";

export interface OpelEdge {
  edge: number | null;
  points: number;
  basis: Basis;
  confidence: "confirmed" | "unconfirmed";
}

export interface OpelStep {
  amount: number;
  unit: "people" | "beds" | "minutes" | "share";
  points: number;
}

export interface OpelParameter {
  code: string;
  name: string;
  measure: string;
  window: "now" | "since_midnight" | "last_24h";
  note: string | null;
  value: number | null;
  unit: "share" | "minutes";
  numerator: number | null;
  denominator: number | null;
  n: number | null;
  absent: Absent | null;
  reason: string | null;
  as_of: string | null;
  freshness: Freshness;
  points: number | null;
  of: number;
  direction: "lower" | "higher";
  bands: OpelEdge[];
  band: number | null;
  to_worse: OpelStep | null;
  to_better: OpelStep | null;
}

export interface OpelSpan {
  level: OpelLevel | null;
  level_least: OpelLevel | null;
  level_most: OpelLevel | null;
  score: number | null;
  score_least: number | null;
  score_most: number | null;
}

export interface OpelCalculated extends OpelSpan {
  of: number | null;
  indicative: boolean;
  why: string | null;
  without_unconfirmed: OpelSpan | null;
  without_placeholders: OpelSpan | null;
}

/** One organisation's level, parameter by parameter. */
export interface OpelBreakdown {
  code: string;
  name: string;
  local: boolean;
  edition: string;
  calculated: OpelCalculated;
  parameters: OpelParameter[];
}

export interface OpelAnswer {
  as_at: string;
  known_at: string;
  edition: {
    code: string;
    name: string;
    source: string;
    valid_from: string;
    valid_to: string;
    ended: boolean;
  };
  opel: OpelBreakdown;
}

export interface ProviderIdentity {
  code: string;
  name: string;
  short_name: string;
  kind: string;
}

/** The system as it is configured. */
export interface SystemIdentity {
  code: string;
  name: string;
  providers: ProviderIdentity[];
}
