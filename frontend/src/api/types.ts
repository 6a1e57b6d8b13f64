/** The API's shapes as the boards call them; `generated.ts` is made from its schemas, and nothing is typed twice. */
import type { Ahead } from "./ahead";
import type {
  Me as Asking,
  Delta,
  FeedHealth,
  Heartbeat,
  SystemIdentity as Identity,
  OpelBreakdown,
  OpelEdge,
  OpelOneAnswer,
  OpelSummary,
  SiteRow,
  Snapshot,
  SocketProblem,
  Value,
  Overview as Whole,
} from "./generated";

export type {
  Agreement,
  Capacity,
  ClockReading as Clock,
  Definition as MeasureDefinition,
  EventsAnswer,
  FeedDetail,
  FeedHealth as Feed,
  FeedRow,
  Feeds as FeedBoard,
  Group,
  History,
  KafkaTopic,
  Mark,
  OpelBreakdown,
  OpelCalculated,
  OpelEdge,
  OpelParameter,
  OpelStep,
  OpelSummary,
  ProviderIdentity,
  ProviderRow as ServiceProvider,
  QuarantineItem,
  ServiceDetail as Service,
  SiteDetail,
  SitePeople,
  SiteRow as Site,
  UnitOfSite as SiteUnit,
  UnitRow,
  UnmappedItem,
  Value,
  Vehicle,
  Vehicles,
  WorklistItem,
} from "./generated";

export type Unit = Value["unit"];
export type Absent = NonNullable<Value["absent"]>;
export type Freshness = Value["freshness"];
export type Measures = SiteRow["measures"];
export type OpelLevel = NonNullable<OpelSummary["level"]>;
export type OpelDeclaration = NonNullable<OpelSummary["declared"]>;
export type Basis = OpelEdge["basis"];
/** Of a provider or a site; the system's has members in the place of parameters. */
export type OpelAnswer = Omit<OpelOneAnswer, "opel"> & { opel: OpelBreakdown };
/** Who asks, and what they may. */
export type Me = Pick<Asking, "title" | "sites" | "may">;
/** The system as it is configured. */
export type SystemIdentity = Pick<Identity, "code" | "name" | "providers">;

/** The whole system; until it has forecasts and alerts, the server leaves `ahead` out, and no schema has it. */
export type Overview = Whole & { ahead?: Ahead };

type Changed<Row> = Record<string, Partial<Pick<Row, keyof Row & ("measures" | "opel" | "need")>>>;

/** What changed since the revision before; a part that did not change is left out. */
export type OverviewDelta = Partial<
  Pick<Overview, "as_at" | "known_at" | "clock" | "history" | "totals" | "opel" | "agreed" | "ahead"> & {
    feeds: FeedHealth[];
    sites: Changed<SiteRow>;
    places: Changed<Overview["places"][number]>;
    providers: Changed<Overview["providers"][number]>;
  }
>;

/** The socket's messages of the overview: the schemas say of every topic's data only that it is an object. */
type Of<Message, Data> = Omit<Message, "data" | "topic"> & { topic: "overview"; data: Data };
export type ServerMessage =
  | Of<Snapshot, Overview>
  | Of<Delta, OverviewDelta>
  | Pick<Heartbeat, "type" | "revision" | "clock">
  | SocketProblem;

/** The districts of the map, as GeoJSON has them. */
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

/** A page of a list, and the cursor of the next. */
export interface PageOf<Item> {
  items: Item[];
  total?: number;
  next: string | null;
}
