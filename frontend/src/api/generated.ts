// Made from the API's schemas (89f3ebe0c1478b56) by `python -m tools.api_types`; not to be edited.
export type EventName =
  | "ed.arrived"
  | "ed.streamed"
  | "ed.triaged"
  | "ed.seen"
  | "ed.referred"
  | "ed.ready_to_proceed"
  | "ed.decision_to_admit"
  | "ed.bed_requested"
  | "ed.bed_allocated"
  | "ed.moved"
  | "ed.departed"
  | "corridor_care.started"
  | "corridor_care.ended"
  | "sdec.arrived"
  | "sdec.departed"
  | "bed.expected"
  | "bed.admitted"
  | "bed.transferred"
  | "bed.leave_started"
  | "bed.leave_ended"
  | "bed.left"
  | "bed.status"
  | "unit.capacity"
  | "unit.census"
  | "ambulance.called"
  | "ambulance.assigned"
  | "ambulance.on_scene"
  | "ambulance.pre_alerted"
  | "ambulance.conveying"
  | "ambulance.arrived"
  | "ambulance.cohorted"
  | "ambulance.handed_over"
  | "ambulance.cleared"
  | "ambulance.diverted"
  | "virtual_ward.referred"
  | "virtual_ward.accepted"
  | "virtual_ward.declined"
  | "virtual_ward.onboarded"
  | "virtual_ward.escalated"
  | "virtual_ward.discharged"
  | "discharge.criteria_not_met"
  | "discharge.criteria_met_again"
  | "discharge.ready_date_set"
  | "discharge.referred_to_hub"
  | "discharge.accepted"
  | "discharge.start_agreed"
  | "discharge.planned"
  | "discharge.lounge_arrived"
  | "ucr.referred"
  | "ucr.responded"
  | "mh.referred"
  | "mh.assessed"
  | "mh.bed_requested"
  | "mh.admitted"
  | "mh.ready_for_discharge"
  | "mh.placed_out_of_area"
  | "mh.left"
  | "s136.arrived"
  | "s136.left"
  | "move.expected"
  | "opel.proposed"
  | "opel.declared"
  | "incident.declared"
  | "incident.stood_down"
  | "divert.requested"
  | "divert.agreed"
  | "divert.ended"
  | "mutual_aid.requested"
  | "mutual_aid.agreed"
  | "mutual_aid.ended"
  | "gauge.reported"
  | "event.cancelled"
  | "person.updated"
  | "person.merged";
export type JsonValue = unknown;

export interface Schemas {
  ActorChoice: ActorChoice;
  Agreement: Agreement;
  AuditEntry: AuditEntry;
  AuditPage: AuditPage;
  Capacity: Capacity;
  Choosing: Choosing;
  ClockReading: ClockReading;
  ClockWanted: ClockWanted;
  CopyOf: CopyOf;
  Definition: Definition;
  Delta: Delta;
  EventItem: EventItem;
  EventName: EventName;
  EventsAnswer: EventsAnswer;
  EventsPage: EventsPage;
  FeedDetail: FeedDetail;
  FeedHealth: FeedHealth;
  FeedRow: FeedRow;
  Feeds: Feeds;
  GaugeReading: GaugeReading;
  Group: Group;
  Health: Health;
  Heartbeat: Heartbeat;
  History: History;
  HistoryPoint: HistoryPoint;
  Hours: Hours;
  HoursOfPlace: HoursOfPlace;
  IncidentKindDescribed: IncidentKindDescribed;
  IncidentWanted: IncidentWanted;
  JsonValue: JsonValue;
  JumpBegun: JumpBegun;
  JumpWanted: JumpWanted;
  KafkaTopic: KafkaTopic;
  Key: Key;
  KeyMade: KeyMade;
  KeyWanted: KeyWanted;
  LeftOut: LeftOut;
  LevelSpan: LevelSpan;
  Mark: Mark;
  Me: Me;
  MeasureDetail: MeasureDetail;
  MeasureHistory: MeasureHistory;
  Mending: Mending;
  MomentWanted: MomentWanted;
  Named: Named;
  NamedValue: NamedValue;
  NoteItem: NoteItem;
  NotePage: NotePage;
  NoteWanted: NoteWanted;
  OpelAnswer: OpelAnswer;
  OpelBand: OpelBand;
  OpelBreakdown: OpelBreakdown;
  OpelCalculated: OpelCalculated;
  OpelCut: OpelCut;
  OpelDeclaration: OpelDeclaration;
  OpelEdge: OpelEdge;
  OpelEdition: OpelEdition;
  OpelEditionShort: OpelEditionShort;
  OpelHolds: OpelHolds;
  OpelInput: OpelInput;
  OpelMember: OpelMember;
  OpelOneAnswer: OpelOneAnswer;
  OpelParameter: OpelParameter;
  OpelParameterTable: OpelParameterTable;
  OpelPillar: OpelPillar;
  OpelPillarTable: OpelPillarTable;
  OpelProposal: OpelProposal;
  OpelRefusal: OpelRefusal;
  OpelStep: OpelStep;
  OpelStepTaken: OpelStepTaken;
  OpelSummary: OpelSummary;
  OpelSystem: OpelSystem;
  OpelSystemRule: OpelSystemRule;
  OpelTold: OpelTold;
  OrganisationNamed: OrganisationNamed;
  Overview: Overview;
  PlaceDetail: PlaceDetail;
  PlaceGroup: PlaceGroup;
  Places: Places;
  ProblemDetail: ProblemDetail;
  ProviderDetail: ProviderDetail;
  ProviderGroup: ProviderGroup;
  ProviderIdentity: ProviderIdentity;
  ProviderRow: ProviderRow;
  Providers: Providers;
  QuarantineItem: QuarantineItem;
  QuarantinePage: QuarantinePage;
  Readiness: Readiness;
  Reasoned: Reasoned;
  RebaseItem: RebaseItem;
  RebasePage: RebasePage;
  RebaseWanted: RebaseWanted;
  RefusedReason: RefusedReason;
  ReturnAnswer: ReturnAnswer;
  ReturnGauge: ReturnGauge;
  ReturnLine: ReturnLine;
  ReturnLineAnswer: ReturnLineAnswer;
  ReturnProvider: ReturnProvider;
  ReturnSheet: ReturnSheet;
  ReturnWanted: ReturnWanted;
  SavedMoment: SavedMoment;
  ServiceDetail: ServiceDetail;
  ServiceSite: ServiceSite;
  SilenceWanted: SilenceWanted;
  SiteDetail: SiteDetail;
  SiteIdentity: SiteIdentity;
  SitePeople: SitePeople;
  SiteRow: SiteRow;
  SiteVehicles: SiteVehicles;
  Sites: Sites;
  Snapshot: Snapshot;
  SocketProblem: SocketProblem;
  SpcAdvice: SpcAdvice;
  SpcChart: SpcChart;
  SpcLimits: SpcLimits;
  SpcPart: SpcPart;
  SpcPoint: SpcPoint;
  SplitValue: SplitValue;
  SystemIdentity: SystemIdentity;
  Trainer: Trainer;
  TrainingIncident: TrainingIncident;
  TrainingSilence: TrainingSilence;
  UnitDetail: UnitDetail;
  UnitIdentity: UnitIdentity;
  UnitOfSite: UnitOfSite;
  UnitRow: UnitRow;
  Units: Units;
  UnmappedItem: UnmappedItem;
  UnmappedPage: UnmappedPage;
  Value: Value;
  Vehicle: Vehicle;
  Vehicles: Vehicles;
  Withdrawal: Withdrawal;
  WithdrawalWanted: WithdrawalWanted;
  WorklistItem: WorklistItem;
  WorklistPage: WorklistPage;
}
/**
 * Somebody who acts. sites: those they act for; null: all of them.
 */
export interface ActorChoice {
  name: string;
  title: string;
  roles: ("viewer" | "site_manager" | "control_centre" | "planner" | "feed_engineer" | "administrator")[];
  sites: string[] | null;
}
/**
 * One of them, of the organisation that declared it or asked for it.
 */
export interface Agreement {
  family: "incident" | "divert" | "mutual_aid";
  /**
   * asked: neither agreed nor refused.
   */
  state: "in_force" | "asked";
  /**
   * The sender's, the same in every step.
   */
  reference: string;
  organisation: string;
  /**
   * Of the event's own vocabulary.
   */
  kind: string;
  /**
   * Of an incident; null where it is the whole organisation's.
   */
  site: string | null;
  /**
   * A divert leads away from it; help comes from it.
   */
  from_site: string | null;
  to_site: string | null;
  /**
   * Of a divert.
   */
  reason: string | null;
  /**
   * Of the people, beds or vehicles that help.
   */
  count: number | null;
  /**
   * When it was declared, agreed or, asked, asked for.
   */
  since: string;
  /**
   * When it is expected to end, as it was agreed; null: nobody said.
   */
  until: string | null;
  /**
   * Of the organisation's feed.
   */
  freshness: "live" | "delayed" | "lost";
  /**
   * The newest fact of that feed, where it is late; else null.
   */
  as_of: string | null;
}
/**
 * Who did what, when and why; never anything that names a patient.
 */
export interface AuditEntry {
  id: number;
  /**
   * Wall time.
   */
  at: string;
  /**
   * The same moment by the system's clock.
   */
  system_at: string;
  who: string;
  role: string;
  what: string;
  target: string | null;
  why: string | null;
  before: {
    [k: string]: unknown;
  } | null;
  after: {
    [k: string]: unknown;
  } | null;
}
export interface AuditPage {
  items: AuditEntry[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
export interface Capacity {
  core: number;
  escalation: number;
  closed: number;
}
export interface Choosing {
  name: string;
}
export interface ClockReading {
  now: string;
  /**
   * How many seconds of the system's time pass in one.
   */
  rate: number;
}
/**
 * How the clock is to run from now on; what is left out stays.
 */
export interface ClockWanted {
  speed?: number | null;
  paused?: boolean | null;
}
/**
 * The saved moment of which the store is a copy. at: when it was made, by the clock on the wall.
 */
export interface CopyOf {
  name: string;
  at: string;
}
/**
 * What a measure is: how it is counted, from what, and what it should be.
 */
export interface Definition {
  name: string;
  title: string;
  kind: "count" | "share" | "mean" | "quantile" | "sum" | "gauge";
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  /**
   * Which way is better.
   */
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
/**
 * What changed since the previous revision: the keys that did; rows as an object by their code, figures whole.
 */
export interface Delta {
  type: "delta";
  topic: string;
  /**
   * What it is to be applied to; on any other, subscribe again.
   */
  previous: number;
  revision: number;
  data: {
    [k: string]: unknown;
  };
}
/**
 * A stored event without what describes the person; ids and subjects are keyed hashes.
 */
export interface EventItem {
  uid: string;
  digest: string;
  source: string;
  type: string;
  /**
   * A journey's pseudonymous key, or the unit, bed or organisation.
   */
  subject: string;
  /**
   * When it happened.
   */
  time: string;
  sent_at: string;
  /**
   * When the first door received it.
   */
  recorded_at: string;
  standing: "fact" | "replacement" | "cancel";
  flag: string | null;
  data: {
    [k: string]: unknown;
  };
}
/**
 * What became of the events. All of it is durable when the answer comes.
 */
export interface EventsAnswer {
  accepted: number;
  /**
   * Null where that cannot be known here.
   */
  duplicate: number | null;
  quarantined: number;
  /**
   * Of the first 100.
   */
  reasons: RefusedReason[];
  reasons_left_off: number;
}
export interface RefusedReason {
  /**
   * Of the event in the body, from 0.
   */
  index: number;
  field: string | null;
  reason: string;
  quarantine_id: string;
}
export interface EventsPage {
  /**
   * Newest received first; may be fewer than asked for.
   */
  items: EventItem[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
export interface FeedDetail {
  as_at: string;
  known_at: string;
  source: string;
  name: string;
  state: "live" | "delayed" | "silent";
  /**
   * Null for a feed that should send and was never heard.
   */
  last_event_at: string | null;
  last_received_at: string | null;
  /**
   * At this hour of the week.
   */
  usual_gap_seconds: number | null;
  /**
   * Null for a moment in the past.
   */
  facts: number | null;
  code: string;
  /**
   * From when on it is called delayed, if nothing comes.
   */
  delayed_at: string | null;
  /**
   * From when on it is called silent, if nothing comes.
   */
  silent_at: string | null;
  /**
   * Whether it is judged by its own rhythm or by that of its kind.
   */
  rhythm_learned: boolean;
  /**
   * Events received in the 24 hours before.
   */
  accepted_24h: number;
  /**
   * Payloads refused in the 24 hours before.
   */
  refused_24h: number;
  /**
   * Null where nothing came.
   */
  refused_share: number | null;
  /**
   * Payloads that wait to be mended or replayed.
   */
  quarantined: number;
  /**
   * For each hour of the week, Monday 00:00 in London first: the share of its five-minute marks within which something usually comes.
   *
   * @minItems 168
   * @maxItems 168
   */
  rhythm: number[];
}
export interface FeedHealth {
  source: string;
  name: string;
  state: "live" | "delayed" | "silent";
  /**
   * Null for a feed that should send and was never heard.
   */
  last_event_at: string | null;
  last_received_at: string | null;
  /**
   * At this hour of the week.
   */
  usual_gap_seconds: number | null;
  /**
   * Null for a moment in the past.
   */
  facts: number | null;
}
/**
 * A feed, what it sent and what was refused of it.
 */
export interface FeedRow {
  source: string;
  name: string;
  state: "live" | "delayed" | "silent";
  /**
   * Null for a feed that should send and was never heard.
   */
  last_event_at: string | null;
  last_received_at: string | null;
  /**
   * At this hour of the week.
   */
  usual_gap_seconds: number | null;
  /**
   * Null for a moment in the past.
   */
  facts: number | null;
  code: string;
  /**
   * From when on it is called delayed, if nothing comes.
   */
  delayed_at: string | null;
  /**
   * From when on it is called silent, if nothing comes.
   */
  silent_at: string | null;
  /**
   * Whether it is judged by its own rhythm or by that of its kind.
   */
  rhythm_learned: boolean;
  /**
   * Events received in the 24 hours before.
   */
  accepted_24h: number;
  /**
   * Payloads refused in the 24 hours before.
   */
  refused_24h: number;
  /**
   * Null where nothing came.
   */
  refused_share: number | null;
  /**
   * Payloads that wait to be mended or replayed.
   */
  quarantined: number;
}
export interface Feeds {
  as_at: string;
  known_at: string;
  /**
   * The worst first; one that should send and never did is silent.
   */
  items: FeedRow[];
  /**
   * Payloads in quarantine that name no configured source.
   */
  unattributed: number;
  /**
   * Null where nothing comes by Kafka, and of a past moment.
   */
  kafka: KafkaTopic[] | null;
}
/**
 * How far a topic of Kafka has been taken in. Of a trust's own, `in.<code>`: how far the door has read it.
 */
export interface KafkaTopic {
  code: string;
  partitions: number;
  /**
   * Messages that are not in yet. Null: nobody has asked yet.
   */
  waiting: number | null;
  /**
   * Whether workers read all of it; they say so every few seconds.
   */
  is_read: boolean;
  /**
   * Messages that Kafka had dropped before they were read.
   */
  lost: number;
  /**
   * Messages read again, since the database had been restored.
   */
  read_again: number;
  read_again_at: string | null;
}
export interface GaugeReading {
  value: number;
  /**
   * From when it held.
   */
  at: string;
  /**
   * Until when at most.
   */
  until: string | null;
  recorded_at: string;
  /**
   * Whether somebody typed it here; otherwise a feed or a file sent it.
   */
  typed: boolean;
}
export interface Group {
  code: string;
  name: string;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
}
/**
 * One reading. A share runs from 0 to 1 and carries its counts; an absent reading has no value and says why.
 */
export interface Value {
  value: number | null;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  numerator: number | null;
  denominator: number | null;
  /**
   * How many are behind a mean or a quantile.
   */
  n: number | null;
  absent: ("not_applicable" | "feed_silent" | "not_due" | "not_provided" | "suppressed") | null;
  reason: string | null;
  /**
   * The newest fact of the feed behind it.
   */
  as_of: string | null;
  freshness: "live" | "delayed" | "lost";
}
/**
 * The calculated OPEL level in short; `breakdown` is the address of all of it.
 */
export interface OpelSummary {
  /**
   * Null where the range reaches over more than one.
   */
  level: (1 | 2 | 3 | 4) | null;
  level_least: (1 | 2 | 3 | 4) | null;
  level_most: (1 | 2 | 3 | 4) | null;
  score: number | null;
  score_least: number | null;
  score_most: number | null;
  edition: string;
  /**
   * The greatest score there is; null where nothing is scored.
   */
  of: number | null;
  /**
   * A band behind it is unconfirmed.
   */
  indicative: boolean;
  /**
   * OPEL is scored by provider; a site's or a place's is a local view.
   */
  local: boolean;
  /**
   * What people declared; null until somebody does.
   */
  declared: OpelDeclaration | null;
  /**
   * What the organisation's own system tells; null until it does.
   */
  told: OpelTold | null;
  /**
   * The newer of declared and told; null while there is neither.
   */
  holds: OpelHolds | null;
  breakdown: string;
}
/**
 * A level that somebody proposed, and the steps it has taken since. It holds from the moment it was agreed.
 */
export interface OpelDeclaration {
  id: string;
  organisation: string;
  level: 1 | 2 | 3 | 4;
  state: "proposed" | "validated" | "agreed" | "refused";
  /**
   * Of the last step.
   */
  since: string;
  /**
   * The reason given by who proposed it.
   */
  why: string | null;
  /**
   * What was calculated when it was proposed.
   */
  calculated: {
    [k: string]: unknown;
  } | null;
  steps: OpelStepTaken[];
}
export interface OpelStepTaken {
  kind: "proposed" | "validated" | "agreed" | "refused";
  at: string;
  who: string;
  role: string;
  why: string | null;
}
/**
 * A level that an organisation's own system told as declared (`opel.declared`).
 */
export interface OpelTold {
  level: 1 | 2 | 3 | 4;
  /**
   * When it was declared there.
   */
  since: string;
}
/**
 * The newer of what people agreed on the boards and what the organisation's own system told.
 */
export interface OpelHolds {
  level: 1 | 2 | 3 | 4;
  /**
   * When it was declared there.
   */
  since: string;
  origin: "boards" | "feed";
}
export interface Health {
  status: "live";
}
/**
 * Sent after two seconds without a change, as long as the picture is kept. Silence means that it is not.
 */
export interface Heartbeat {
  type: "heartbeat";
  /**
   * Of the overview that the client has; 0 where it has none.
   */
  revision: number;
  /**
   * By topic what the client has, of those that are kept.
   */
  revisions: {
    [k: string]: number | null;
  };
  clock: ClockReading;
}
/**
 * How much of the history asked for at the start is in.
 */
export interface History {
  complete: boolean;
  from: string | null;
  share: number;
}
/**
 * A reading. At 5m it holds until the next point; an hour or day says what stood at its end or its figure.
 */
export interface HistoryPoint {
  /**
   * The mark, or the start of the hour or London day.
   */
  at: string;
  /**
   * The end of the hour, or of the last hour of the day.
   */
  until: string | null;
  /**
   * From when on this was known.
   */
  known_at: string;
  /**
   * Null where there is no reading; never 0 for that.
   */
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  n: number | null;
  absent: ("not_due" | "feed_silent" | "not_provided") | null;
  /**
   * How many five-minute marks of the hour or day have a value.
   */
  marks: number | null;
  mean: number | null;
  least: number | null;
  greatest: number | null;
}
/**
 * The last whole hours of several measures, at the system and at each site that has readings of them.
 */
export interface Hours {
  /**
   * The beginning of the first hour.
   */
  from: string;
  /**
   * The end of the last.
   */
  to: string;
  /**
   * As known then; null: as known now.
   */
  known_at: string | null;
  series: HoursOfPlace[];
}
export interface HoursOfPlace {
  measure: string;
  /**
   * Of a site, or of the system.
   */
  code: string;
  /**
   * What each hour closed with, in order; null: no reading.
   */
  values: (number | null)[];
}
/**
 * What may be asked for: what it does, how its size counts, and where it may be.
 */
export interface IncidentKindDescribed {
  kind:
    | "surge"
    | "ward_closed"
    | "discharge_service_lost"
    | "ambulance_wave"
    | "flu_winter"
    | "major_incident"
    | "strike"
    | "cold_snap";
  title: string;
  means: string;
  size_means: string;
  /**
   * The usual.
   */
  size: number;
  /**
   * The size is above this.
   */
  above: number;
  at_most: number;
  /**
   * The usual.
   */
  hours: number;
  organisations: OrganisationNamed[];
}
export interface OrganisationNamed {
  code: string;
  name: string;
}
/**
 * An incident to begin. The usual size and hours of its kind where they are left out, now where `at` is.
 */
export interface IncidentWanted {
  kind:
    | "surge"
    | "ward_closed"
    | "discharge_service_lost"
    | "ambulance_wave"
    | "flu_winter"
    | "major_incident"
    | "strike"
    | "cold_snap";
  organisation: string;
  hours?: number | null;
  size?: number | null;
  at?: string | null;
}
/**
 * The server opens the copy at once: it is away for some seconds, and then at the same address.
 */
export interface JumpBegun {
  name: string | null;
}
export interface JumpWanted {
  /**
   * Of a saved moment; null: back to the store itself.
   */
  name: string | null;
}
/**
 * An API key of a machine; the token itself is shown once, when it is made.
 */
export interface Key {
  id: string;
  name: string;
  scopes: string[];
  /**
   * The one source it may send for; null: any.
   */
  source: string | null;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
}
export interface KeyMade {
  id: string;
  name: string;
  scopes: string[];
  /**
   * The one source it may send for; null: any.
   */
  source: string | null;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  /**
   * Shown this once.
   */
  token: string;
}
export interface KeyWanted {
  name: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  scopes: (
    "events:read" | "events:write" | "feeds:read" | "quarantine:read" | "quarantine:write" | "state:read"
  )[];
  source?: string | null;
  days?: number;
  why?: string | null;
}
/**
 * Journeys that no count holds. ghosts: left, time unknown; stale: silent past their kind's limit.
 */
export interface LeftOut {
  ghosts: number;
  stale: number;
}
/**
 * A score and its level. Where a parameter is missing the score is a range, and so may the level be.
 */
export interface LevelSpan {
  /**
   * Null where the range reaches over more than one.
   */
  level: (1 | 2 | 3 | 4) | null;
  level_least: (1 | 2 | 3 | 4) | null;
  level_most: (1 | 2 | 3 | 4) | null;
  score: number | null;
  score_least: number | null;
  score_most: number | null;
}
/**
 * One person at a site or on the way to it, by what is done for them and since when; nothing says who it is.
 */
export interface Mark {
  service: "ed" | "bed" | "ambulance" | "virtual_ward" | "mental_health" | "s136";
  unit: string | null;
  /**
   * due_in: an ambulance on its way here.
   */
  state: "here" | "due_in";
  /**
   * Arrival, admission, onboarding; for due_in, leaving the scene.
   */
  since: string;
  /**
   * From since to as_at.
   */
  minutes: number;
  /**
   * ED triage, 1 (immediate) to 5 (low).
   */
  acuity: number | null;
  decision_to_admit: boolean;
  /**
   * Since the decision to admit.
   */
  decided_minutes: number | null;
  no_criteria_to_reside: boolean;
  no_criteria_minutes: number | null;
  /**
   * Of the discharge, once there are no criteria to reside.
   */
  pathway: (0 | 1 | 2 | 3) | null;
  age_band: string | null;
  /**
   * In an escalation bed.
   */
  escalation: boolean;
  /**
   * Of the ambulance call.
   */
  category: string | null;
  /**
   * Of an ambulance on its way.
   */
  expected_at: string | null;
  /**
   * The journey's pseudonymous key: for the managers of the site, else null.
   */
  key: string | null;
}
/**
 * Who asks, and what they may.
 */
export interface Me {
  name: string;
  title: string;
  roles: ("viewer" | "site_manager" | "control_centre" | "planner" | "feed_engineer" | "administrator")[];
  sites: string[] | null;
  may: string[];
  /**
   * Made-up people to be instead, on this machine; none with sign-in.
   */
  choices: ActorChoice[];
}
export interface MeasureDetail {
  as_at: string;
  known_at: string;
  name: string;
  title: string;
  kind: "count" | "share" | "mean" | "quantile" | "sum" | "gauge";
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  /**
   * Which way is better.
   */
  direction: "lower" | "higher" | "neutral";
  definition: string;
  numerator: string | null;
  denominator: string | null;
  window: string;
  missing: string;
  source: string;
  target: number | null;
  target_source: string | null;
  system: Value;
  sites: NamedValue[];
  providers: NamedValue[];
  /**
   * Where asked for; fewer than five people are suppressed.
   */
  splits?: SplitValue[] | null;
}
export interface NamedValue {
  code: string;
  name: string;
  value: number | null;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  numerator: number | null;
  denominator: number | null;
  /**
   * How many are behind a mean or a quantile.
   */
  n: number | null;
  absent: ("not_applicable" | "feed_silent" | "not_due" | "not_provided" | "suppressed") | null;
  reason: string | null;
  /**
   * The newest fact of the feed behind it.
   */
  as_of: string | null;
  freshness: "live" | "delayed" | "lost";
}
export interface SplitValue {
  value: number | null;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  numerator: number | null;
  denominator: number | null;
  /**
   * How many are behind a mean or a quantile.
   */
  n: number | null;
  absent: ("not_applicable" | "feed_silent" | "not_due" | "not_provided" | "suppressed") | null;
  reason: string | null;
  /**
   * The newest fact of the feed behind it.
   */
  as_of: string | null;
  freshness: "live" | "delayed" | "lost";
  group: string;
}
/**
 * The past of a measure at one place, as known at a moment.
 */
export interface MeasureHistory {
  measure: string;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  level: "unit" | "site" | "provider" | "place" | "system";
  code: string;
  resolution: "5m" | "1h" | "1d";
  from: string;
  to: string;
  known_at: string;
  points: HistoryPoint[];
  spc: SpcChart | null;
  /**
   * Why there is no chart, or why it judges nothing yet.
   */
  spc_reason: string | null;
}
/**
 * An XmR chart by the Making Data Count rules, in parts where people declared that the process was changed.
 */
export interface SpcChart {
  parts: SpcPart[];
  points: SpcPoint[];
  /**
   * Of the last day; null while its part has fewer than twelve days, too few to judge.
   */
  variation: ("common" | "improvement" | "concern" | "neutral") | null;
  /**
   * From the last part's limits; null without a target, and while they are trial limits.
   */
  assurance: ("passes" | "fails" | "hit_and_miss") | null;
  advice: SpcAdvice | null;
}
/**
 * A stretch of days of one process, with limits of its own.
 */
export interface SpcPart {
  /**
   * Its first day.
   */
  at: string;
  /**
   * Its last day.
   */
  until: string;
  points: number;
  /**
   * Null with one day, which has no moving range.
   */
  limits: SpcLimits | null;
  /**
   * Fewer than twelve days: its limits judge nothing.
   */
  trial: boolean;
  /**
   * By whose word it begins; none for the first part of a chart.
   */
  rebases: RebaseItem[];
}
export interface SpcLimits {
  mean: number;
  lower: number;
  upper: number;
  near_lower: number;
  near_upper: number;
  mean_moving_range: number;
}
/**
 * From which day the limits of a chart are worked out again, and what changed then.
 */
export interface RebaseItem {
  id: string;
  measure: string;
  code: string;
  /**
   * Of London.
   */
  day: string;
  /**
   * Null once it was withdrawn: it may have named somebody.
   */
  reason: string | null;
  /**
   * Since when it is known.
   */
  made_at: string;
  who: string;
  role: string;
  withdrawn: Withdrawal | null;
}
export interface Withdrawal {
  at: string;
  who: string;
  role: string;
  why: string;
}
export interface SpcPoint {
  at: string;
  value: number;
  /**
   * Of the mean.
   */
  side: -1 | 0 | 1;
  cause: ("astronomical" | "trend" | "two_of_three" | "shift") | null;
  /**
   * Null: its part has too few days to judge.
   */
  variation: ("common" | "improvement" | "concern" | "neutral") | null;
}
/**
 * A rebase may be considered: the chart ends in a shift. Only people know whether the process was changed.
 */
export interface SpcAdvice {
  /**
   * The first day of the shift.
   */
  at: string;
  /**
   * How many days it has lasted.
   */
  points: number;
  /**
   * Of the mean.
   */
  side: -1 | 1;
}
/**
 * The fields to set, by dotted path; null takes one out.
 */
export interface Mending {
  set: {
    [k: string]: JsonValue;
  };
  why?: string | null;
}
export interface MomentWanted {
  name: string;
}
export interface Named {
  code: string;
  name: string;
}
/**
 * A note on a moment, or on a stretch of time.
 */
export interface NoteItem {
  id: string;
  scope: string;
  scope_name: string;
  /**
   * Null: of everything there.
   */
  measure: string | null;
  at: string;
  /**
   * Null: of a moment alone.
   */
  until: string | null;
  /**
   * Null once it was withdrawn: it may have named somebody.
   */
  text: string | null;
  /**
   * Since when it is known.
   */
  made_at: string;
  who: string;
  role: string;
  withdrawn: Withdrawal | null;
}
export interface NotePage {
  items: NoteItem[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
/**
 * A note to write: names nobody, holds no NHS number.
 */
export interface NoteWanted {
  /**
   * The code of a site, a provider, a place or the system.
   */
  scope: string;
  /**
   * A measure that it explains; null: everything there.
   */
  measure?: string | null;
  /**
   * Now where left out.
   */
  at?: string | null;
  until?: string | null;
  text: string;
}
export interface OpelAnswer {
  as_at: string;
  known_at: string;
  edition: OpelEditionShort;
  system: OpelSystem;
  providers: OpelBreakdown[];
  places: OpelBreakdown[];
  sites: OpelBreakdown[];
}
export interface OpelEditionShort {
  code: string;
  name: string;
  source: string;
  valid_from: string;
  valid_to: string;
  /**
   * Past its end, and in use until another begins.
   */
  ended: boolean;
}
export interface OpelSystem {
  code: string;
  name: string;
  scope: "system" | "provider" | "place" | "site";
  local: boolean;
  pillar: string;
  edition: string;
  calculated: OpelCalculated;
  /**
   * Null until somebody declares a level.
   */
  declared: OpelDeclaration | null;
  /**
   * Open: not agreed or refused yet.
   */
  proposed: OpelDeclaration | null;
  /**
   * What the organisation's own system tells; null until it does.
   */
  told: OpelTold | null;
  /**
   * The newer of declared and told; null while there is neither.
   */
  holds: OpelHolds | null;
  /**
   * The pillars that the overall level is made of.
   */
  stands_for: string[];
  members: OpelMember[];
  pillars: OpelPillar[];
}
export interface OpelCalculated {
  /**
   * Null where the range reaches over more than one.
   */
  level: (1 | 2 | 3 | 4) | null;
  level_least: (1 | 2 | 3 | 4) | null;
  level_most: (1 | 2 | 3 | 4) | null;
  score: number | null;
  score_least: number | null;
  score_most: number | null;
  of: number | null;
  indicative: boolean;
  /**
   * Why there is no score.
   */
  why: string | null;
  /**
   * If every unconfirmed band could give any points.
   */
  without_unconfirmed: LevelSpan | null;
  /**
   * If every placeholder band could give any points.
   */
  without_placeholders: LevelSpan | null;
}
export interface OpelMember {
  code: string;
  name: string;
  weight: number;
  calculated: OpelCalculated;
}
export interface OpelPillar {
  code: string;
  name: string;
  calculated: OpelCalculated;
  inputs: OpelInput[];
}
/**
 * What a pillar looks at, of the system or as one organisation reported it. It is not scored.
 */
export interface OpelInput {
  code: string;
  name: string;
  value: number | null;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  numerator: number | null;
  denominator: number | null;
  /**
   * How many are behind a mean or a quantile.
   */
  n: number | null;
  absent: ("not_applicable" | "feed_silent" | "not_due" | "not_provided" | "suppressed") | null;
  reason: string | null;
  /**
   * The newest fact of the feed behind it.
   */
  as_of: string | null;
  freshness: "live" | "delayed" | "lost";
  measure: string;
}
export interface OpelBreakdown {
  code: string;
  name: string;
  scope: "system" | "provider" | "place" | "site";
  local: boolean;
  pillar: string;
  edition: string;
  calculated: OpelCalculated;
  /**
   * Null until somebody declares a level.
   */
  declared: OpelDeclaration | null;
  /**
   * Open: not agreed or refused yet.
   */
  proposed: OpelDeclaration | null;
  /**
   * What the organisation's own system tells; null until it does.
   */
  told: OpelTold | null;
  /**
   * The newer of declared and told; null while there is neither.
   */
  holds: OpelHolds | null;
  parameters: OpelParameter[];
}
/**
 * One parameter: what it reads, the bands, the points, and how far it is to the next band either way.
 */
export interface OpelParameter {
  code: string;
  name: string;
  measure: string;
  window: "now" | "since_midnight" | "last_24h";
  /**
   * Why another window than usual was scored.
   */
  note: string | null;
  value: number | null;
  unit: "share" | "minutes";
  numerator: number | null;
  denominator: number | null;
  n: number | null;
  /**
   * Why it scores nothing. Never zero points: the score is then a range.
   */
  absent: ("not_applicable" | "feed_silent" | "not_due" | "not_provided") | null;
  reason: string | null;
  as_of: string | null;
  freshness: "live" | "delayed" | "lost";
  points: number | null;
  of: number;
  direction: "lower" | "higher";
  bands: OpelEdge[];
  /**
   * Which of the bands, from 0, the best.
   */
  band: number | null;
  to_worse: OpelStep | null;
  to_better: OpelStep | null;
}
/**
 * Where a band begins, what it gives, and how far it can be relied on; an edition says where it comes from.
 */
export interface OpelEdge {
  /**
   * In the parameter's unit; null: the best band, which begins nowhere.
   */
  edge: number | null;
  points: number;
  basis: "published" | "fits_data" | "memory" | "placeholder";
  confidence: "confirmed" | "unconfirmed";
}
/**
 * How far it is to the next band.
 */
export interface OpelStep {
  amount: number;
  unit: "people" | "beds" | "minutes" | "share";
  /**
   * Of that band.
   */
  points: number;
}
export interface OpelBand {
  basis: "published" | "fits_data" | "memory" | "placeholder";
  confidence: "confirmed" | "unconfirmed";
  source: string;
  /**
   * In the parameter's unit; null: the best band, which begins nowhere.
   */
  edge: number | null;
  points: number;
}
export interface OpelCut {
  basis: "published" | "fits_data" | "memory" | "placeholder";
  confidence: "confirmed" | "unconfirmed";
  source: string;
  level: 1 | 2 | 3 | 4;
  /**
   * A score up to this, and above the cut before, is this level.
   */
  up_to: number;
}
/**
 * An edition of the framework as it is configured.
 */
export interface OpelEdition {
  code: string;
  name: string;
  source: string;
  valid_from: string;
  valid_to: string;
  /**
   * Past its end, and in use until another begins.
   */
  ended: boolean;
  levels: OpelCut[];
  since_midnight_least_n: number;
  overall: string;
  system_rule: OpelSystemRule;
  pillars: OpelPillarTable[];
}
export interface OpelSystemRule {
  rule: "weighted_mean";
  source: string;
}
export interface OpelPillarTable {
  code: string;
  name: string;
  of: number;
  not_scored: string | null;
  inputs: string[];
  parameters: OpelParameterTable[];
}
export interface OpelParameterTable {
  basis: "published" | "fits_data" | "memory" | "placeholder";
  confidence: "confirmed" | "unconfirmed";
  source: string;
  code: string;
  name: string;
  measures: string;
  measure: string;
  measure_last_24h: string | null;
  unit: "share" | "minutes";
  counts: ("people" | "beds") | null;
  direction: "lower" | "higher";
  needs: "type_1_ed" | "ga_beds";
  of: number;
  bands: OpelBand[];
}
export interface OpelOneAnswer {
  as_at: string;
  known_at: string;
  edition: OpelEditionShort;
  opel: OpelSystem | OpelBreakdown;
}
/**
 * A level to declare, and why it is that one.
 */
export interface OpelProposal {
  level: 1 | 2 | 3 | 4;
  /**
   * For the audit, and for others to read: names nobody, holds no long number.
   */
  why: string;
}
export interface OpelRefusal {
  /**
   * For the audit, and for others to read: names nobody, holds no long number.
   */
  why: string;
}
export interface Overview {
  as_at: string;
  known_at: string;
  /**
   * Of the live picture; 0 for a moment that was asked for.
   */
  revision: number;
  /**
   * Whether people in it are made up.
   */
  synthetic: boolean;
  /**
   * Whether it also holds events that do not say that they are synthetic.
   */
  mixed: boolean;
  /**
   * Null: it is the store itself.
   */
  copy_of: CopyOf | null;
  system: Named;
  history: History;
  clock: ClockReading;
  sites: SiteRow[];
  /**
   * By the measure's name.
   */
  totals: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
  places: Group[];
  providers: ProviderGroup[];
  /**
   * What is declared, agreed or asked for, incidents first.
   */
  agreed: Agreement[];
  feeds: FeedHealth[];
}
export interface SiteRow {
  code: string;
  name: string;
  short_name: string;
  town: string;
  kind: string;
  provider: string;
  place: string;
  ed_type: (1 | 2 | 3) | null;
  latitude: number;
  longitude: number;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
  /**
   * Bigger is worse; what the sites are sorted by.
   */
  need: number;
}
export interface ProviderGroup {
  code: string;
  name: string;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
  short_name: string;
}
/**
 * A place with every measure; sites: the codes of those whose counts are in it.
 */
export interface PlaceDetail {
  as_at: string;
  known_at: string;
  code: string;
  name: string;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
  sites: string[];
}
export interface PlaceGroup {
  code: string;
  name: string;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
}
export interface Places {
  as_at: string;
  known_at: string;
  items: PlaceGroup[];
}
/**
 * An error (RFC 9457).
 */
export interface ProblemDetail {
  type: string;
  title: string;
  status: number;
  detail: string;
}
/**
 * A provider with every measure; sites: the codes of those whose counts are in it.
 */
export interface ProviderDetail {
  as_at: string;
  known_at: string;
  code: string;
  name: string;
  short_name: string;
  kind: string;
  sites: string[];
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
}
export interface ProviderIdentity {
  code: string;
  name: string;
  short_name: string;
  kind: string;
}
export interface ProviderRow {
  code: string;
  name: string;
  short_name: string;
  kind: string;
  /**
   * By the measure's name; empty for a provider without sites here.
   */
  measures: {
    [k: string]: Value;
  };
}
export interface Providers {
  as_at: string;
  known_at: string;
  items: ProviderRow[];
}
/**
 * A refused payload as it may be shown; its bytes stay sealed.
 */
export interface QuarantineItem {
  id: string;
  received_at: string;
  last_received_at: string;
  /**
   * How often the same bytes were refused.
   */
  times: number;
  source: string | null;
  type: string | null;
  reason: string;
  field: string | null;
  redacted: {
    [k: string]: unknown;
  };
  content_type: string;
  state: "held" | "mended" | "replayed" | "expired";
  /**
   * When the sealed bytes are dropped.
   */
  expires_at: string;
  replayed_at: string | null;
  replaced_by: string | null;
}
export interface QuarantinePage {
  items: QuarantineItem[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
export interface Readiness {
  status: "ready";
  /**
   * Stale: nobody has looked for 8 seconds; boards say delayed, then lost. Another server would too.
   */
  picture: "kept" | "stale";
}
/**
 * Why somebody does it.
 */
export interface Reasoned {
  why?: string | null;
}
export interface RebasePage {
  items: RebaseItem[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
/**
 * A rebase to declare: its reason names nobody, holds no NHS number.
 */
export interface RebaseWanted {
  measure: string;
  /**
   * The chart's own: a site, a provider, a place or the system.
   */
  code: string;
  /**
   * The first day of the changed process, of London.
   */
  day: string;
  reason: string;
}
/**
 * What became of each line. Nothing is sent while one is refused or to be confirmed.
 */
export interface ReturnAnswer {
  at: string;
  until: string;
  sent: boolean;
  lines: ReturnLineAnswer[];
}
export interface ReturnLineAnswer {
  measure: string;
  /**
   * confirm: it is surprising; send it again with sure.
   */
  outcome: "ready" | "accepted" | "duplicate" | "refused" | "confirm";
  reason: string | null;
  /**
   * It corrects what was typed for the same moment.
   */
  replaces: boolean;
}
/**
 * A gauge that an organisation may report, and what it last said.
 */
export interface ReturnGauge {
  measure: string;
  title: string;
  definition: string;
  unit: "people" | "beds" | "spare_beds" | "minutes" | "share" | "count" | "hours" | "days";
  least: number;
  most: number;
  /**
   * Whether it has no fraction.
   */
  whole: boolean;
  /**
   * Null: it never said anything.
   */
  last: GaugeReading | null;
}
export interface ReturnLine {
  measure: string;
  /**
   * A share from 0 to 1.
   */
  value: number;
  /**
   * It was looked at again, however far from the last.
   */
  sure?: boolean;
}
/**
 * An organisation that the reader may type a return for.
 */
export interface ReturnProvider {
  code: string;
  name: string;
  kind: string;
  /**
   * How many gauges it may report.
   */
  gauges: number;
}
export interface ReturnSheet {
  as_at: string;
  provider: ReturnProvider;
  items: ReturnGauge[];
}
/**
 * A return to check, or to send.
 */
export interface ReturnWanted {
  /**
   * From when the values hold; now where left out.
   */
  at?: string | null;
  /**
   * Until when at most; 24 hours after at where left out.
   */
  until?: string | null;
  /**
   * Only say what would become of it.
   */
  check?: boolean;
  /**
   * @minItems 1
   * @maxItems 100
   */
  values: ReturnLine[];
}
/**
 * A copy of the store as it was.
 */
export interface SavedMoment {
  name: string;
  /**
   * By the clock on the wall.
   */
  saved_at: string;
  /**
   * By the system's clock.
   */
  system_at: string;
  who: string;
  /**
   * Bytes.
   */
  size: number;
}
/**
 * The measures of one service at every level, where they apply; units only for the service `unit`.
 */
export interface ServiceDetail {
  as_at: string;
  known_at: string;
  service: string;
  /**
   * Of the system as a whole.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Those where a measure of it applies.
   */
  sites: ServiceSite[];
  providers: ProviderRow[];
  units: UnitOfSite[];
}
export interface ServiceSite {
  code: string;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
}
export interface UnitOfSite {
  code: string;
  name: string;
  kind: string;
  bed_kind: string | null;
  area: string | null;
  capacity: Capacity;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  site: string;
}
export interface SilenceWanted {
  source: string;
  hours: number;
  at?: string | null;
}
export interface SiteDetail {
  as_at: string;
  known_at: string;
  code: string;
  name: string;
  short_name: string;
  town: string;
  kind: string;
  provider: string;
  place: string;
  ed_type: (1 | 2 | 3) | null;
  latitude: number;
  longitude: number;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  /**
   * Null where nothing is scored.
   */
  opel: OpelSummary | null;
  /**
   * Bigger is worse; what the sites are sorted by.
   */
  need: number;
  units: UnitRow[];
}
export interface UnitRow {
  code: string;
  name: string;
  kind: string;
  bed_kind: string | null;
  area: string | null;
  capacity: Capacity;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
}
export interface SiteIdentity {
  code: string;
  name: string;
  short_name: string;
  town: string;
  kind: string;
  provider: string;
  place: string;
  ed_type: (1 | 2 | 3) | null;
  latitude: number;
  longitude: number;
  units: UnitIdentity[];
}
export interface UnitIdentity {
  code: string;
  name: string;
  kind: string;
  bed_kind: string | null;
  area: string | null;
}
export interface SitePeople {
  as_at: string;
  known_at: string;
  site: string;
  /**
   * Whether the marks carry their keys, which is for managers of this site.
   */
  keyed: boolean;
  left_out: LeftOut;
  people: Mark[];
}
export interface SiteVehicles {
  code: string;
  vehicles: Vehicle[];
}
/**
 * One ambulance; nothing says whom it carries.
 */
export interface Vehicle {
  /**
   * At the hospital and not handed over, or on its way to it.
   */
  state: "waiting" | "due_in";
  /**
   * Its arrival; for due_in, when it left for the hospital.
   */
  since: string;
  /**
   * Of the call.
   */
  category: string | null;
  /**
   * For due_in, as it was told on leaving; null: nobody told.
   */
  expected_at: string | null;
}
export interface Sites {
  as_at: string;
  known_at: string;
  items: SiteRow[];
}
/**
 * A topic as a whole. For `overview` as GET /api/v1/overview, `site:<code>` as GET /api/v1/sites/{code},
 * `service:<name>` as GET /api/v1/services/{name}, `feeds` and `vehicles` as GET /api/v1/feeds and /api/v1/vehicles.
 */
export interface Snapshot {
  type: "snapshot";
  topic: string;
  revision: number;
  data: {
    [k: string]: unknown;
  };
}
/**
 * A message that was not understood or not allowed. What the client listened to goes on.
 */
export interface SocketProblem {
  type: "problem";
  title: string;
  detail: string;
}
/**
 * The system as it is configured, without figures.
 */
export interface SystemIdentity {
  code: string;
  name: string;
  places: Named[];
  providers: ProviderIdentity[];
  sites: SiteIdentity[];
}
/**
 * All that steers the synthetic system.
 */
export interface Trainer {
  now: string;
  /**
   * Seconds of the system's time a second, when it is not paused.
   */
  speed: number;
  paused: boolean;
  kinds: IncidentKindDescribed[];
  /**
   * Whose feed can fall silent.
   */
  sources: OrganisationNamed[];
  /**
   * The latest 50, by when they begin.
   */
  incidents: TrainingIncident[];
  /**
   * The latest 50, by when they begin.
   */
  silences: TrainingSilence[];
  /**
   * The latest of the system's time first.
   */
  moments: SavedMoment[];
  /**
   * The saved moment of which this is a copy; null: it is the store itself.
   */
  moment: string | null;
  /**
   * When that copy was made, by the clock on the wall.
   */
  copied_at: string | null;
  /**
   * False on a database of the user's own, which is theirs to copy.
   */
  may_save: boolean;
}
/**
 * An incident of the synthetic system. Moments are of the system's clock.
 */
export interface TrainingIncident {
  id: string;
  kind:
    | "surge"
    | "ward_closed"
    | "discharge_service_lost"
    | "ambulance_wave"
    | "flu_winter"
    | "major_incident"
    | "strike"
    | "cold_snap";
  /**
   * A site, unit, provider or place; the system for everywhere.
   */
  organisation: string;
  /**
   * Of the organisation.
   */
  name: string;
  /**
   * As the kind counts it.
   */
  size: number;
  at: string;
  /**
   * As it was asked for.
   */
  until: string;
  /**
   * When it ends or ended: `until`, or earlier where somebody ended it.
   */
  end: string;
  state: "planned" | "under_way" | "over";
  who: string;
}
/**
 * A feed that says nothing for a while; then what it held back arrives, recorded when it does.
 */
export interface TrainingSilence {
  id: string;
  /**
   * ODS code of the provider.
   */
  source: string;
  name: string;
  since: string;
  until: string;
  end: string;
  state: "planned" | "under_way" | "over";
  who: string;
}
export interface UnitDetail {
  as_at: string;
  known_at: string;
  code: string;
  name: string;
  kind: string;
  bed_kind: string | null;
  area: string | null;
  capacity: Capacity;
  /**
   * By the measure's name.
   */
  measures: {
    [k: string]: Value;
  };
  site: string;
}
export interface Units {
  as_at: string;
  known_at: string;
  items: UnitOfSite[];
}
/**
 * Payloads that wait because a code is not configured.
 */
export interface UnmappedItem {
  field: string;
  reason: string;
  payloads: number;
  /**
   * How often they were sent.
   */
  times: number;
  last_received_at: string;
  /**
   * The newest of them in quarantine.
   */
  example: string;
}
export interface UnmappedPage {
  items: UnmappedItem[];
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
export interface Vehicles {
  as_at: string;
  known_at: string;
  sites: SiteVehicles[];
}
export interface WithdrawalWanted {
  /**
   * For the audit, and for others to read: names nobody, holds no long number.
   */
  why: string;
}
/**
 * A journey that somebody should look at, under its pseudonymous key.
 */
export interface WorklistItem {
  journey: string;
  kind: string;
  site: string | null;
  unit: string | null;
  /**
   * stale: silent too long; ghost: left, time unknown.
   */
  reason: "stale" | "ghost";
  last_event_at: string;
}
export interface WorklistPage {
  as_at: string;
  known_at: string;
  items: WorklistItem[];
  /**
   * Of the whole list, as far as the reader may see it.
   */
  total: number;
  /**
   * The cursor of the next page; null: there is none.
   */
  next: string | null;
}
