import type { HoursAnswer, MeasureHistory } from "./history";
import type {
  DistrictMap,
  EventsAnswer,
  FeedDetail,
  Me,
  MeasureDefinition,
  PageOf,
  QuarantineItem,
  SystemIdentity,
  UnmappedItem,
  WorklistItem,
} from "./types";

/** An answer that is none: 403 where whoever asks may not see it. */
export class Refused extends Error {
  constructor(
    path: string,
    readonly status: number,
  ) {
    super(`${path} answered ${status}`);
  }
}

/** What an address answers. Throws Refused where it is no answer. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Refused(path, response.status);
  return (await response.json()) as T;
}

export const fetchMap = () => get<DistrictMap>("/api/v1/map");
export const fetchMeasures = () => get<MeasureDefinition[]>("/api/v1/measures");
export const fetchMeasure = (name: string) =>
  get<MeasureDefinition>(`/api/v1/measures/${encodeURIComponent(name)}`);
export const fetchMe = () => get<Me>("/api/v1/me");
/** A feed with its rhythm now, or as it was learned by a past moment. */
export function fetchFeed(code: string, past: PastMoment | null) {
  const asked = new URLSearchParams();
  if (past) asked.set("as_at", new Date(past.at).toISOString());
  if (past && past.knownAt !== null) asked.set("known_at", new Date(past.knownAt).toISOString());
  return get<FeedDetail>(`/api/v1/feeds/${encodeURIComponent(code)}?${asked}`);
}

const pageAt = (path: string, cursor: string | null) =>
  `${path}?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;

export const fetchUnmapped = (code: string, cursor: string | null) =>
  get<PageOf<UnmappedItem>>(pageAt(`/api/v1/feeds/${encodeURIComponent(code)}/unmapped`, cursor));
export const fetchJourneys = (code: string, cursor: string | null) =>
  get<PageOf<WorklistItem>>(pageAt(`/api/v1/feeds/${encodeURIComponent(code)}/journeys`, cursor));
export const fetchQuarantine = (cursor: string | null) =>
  get<PageOf<QuarantineItem>>(pageAt("/api/v1/quarantine", cursor));
export const fetchQuarantined = (id: string) =>
  get<QuarantineItem>(`/api/v1/quarantine/${encodeURIComponent(id)}`);

/** Does something; throws what the server says where it will not. */
export async function send<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(String(answer.detail ?? response.status));
  return answer as T;
}

/** Sends a refused payload through the door again. */
export const replay = (id: string, why: string) =>
  send<EventsAnswer>(`/api/v1/quarantine/${encodeURIComponent(id)}/replay`, why ? { why } : {});
/** Sets fields of a refused payload by dotted path, null for one to take out. It still has to be sent again. */
export const mend = (id: string, set: Record<string, unknown>, why: string) =>
  send<QuarantineItem>(`/api/v1/quarantine/${encodeURIComponent(id)}/mend`, why ? { set, why } : { set });
export const fetchSystem = () => get<SystemIdentity>("/api/v1/system");

/** A past moment that is looked at, and what of it was known when. */
export interface PastMoment {
  at: number;
  /** As known then; as known now where null. */
  knownAt: number | null;
}

/** The past of a figure: by the hour for two days, or by the day for five weeks; up to now, or to a past moment. */
export function fetchHistory(
  measure: string,
  code: string,
  resolution: "1h" | "1d",
  from?: number,
  past?: PastMoment | null,
) {
  const asked = new URLSearchParams({ code, resolution });
  const moment = (name: string, at: number) => asked.set(name, new Date(at).toISOString());
  if (from !== undefined) moment("from", from);
  if (past) moment("to", past.at);
  if (past && past.knownAt !== null) moment("known_at", past.knownAt);
  return get<MeasureHistory>(`/api/v1/measures/${encodeURIComponent(measure)}/history?${asked}`);
}

/** The last day by the hour, of at most twenty measures, at the system and every site. */
export function fetchHours(measures: string[], past: PastMoment | null) {
  const asked = new URLSearchParams({ measures: measures.join(",") });
  if (past) asked.set("as_at", new Date(past.at).toISOString());
  if (past && past.knownAt !== null) asked.set("known_at", new Date(past.knownAt).toISOString());
  return get<HoursAnswer>(`/api/v1/hours?${asked}`);
}
