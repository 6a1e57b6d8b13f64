import type { MeasureHistory } from "./history";
import type {
  DistrictMap,
  EventsAnswer,
  FeedDetail,
  Me,
  MeasureDefinition,
  OpelAnswer,
  PageOf,
  QuarantineItem,
  SitePeople,
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

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Refused(path, response.status);
  return (await response.json()) as T;
}

export const fetchMap = () => get<DistrictMap>("/api/v1/map");
export const fetchMeasures = () => get<MeasureDefinition[]>("/api/v1/measures");
export const fetchMeasure = (name: string) =>
  get<MeasureDefinition>(`/api/v1/measures/${encodeURIComponent(name)}`);
export const fetchMe = () => get<Me>("/api/v1/me");
export const fetchFeed = (code: string) => get<FeedDetail>(`/api/v1/feeds/${encodeURIComponent(code)}`);

const pageAt = (path: string, cursor: string | null) =>
  `${path}?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;

export const fetchUnmapped = (code: string, cursor: string | null) =>
  get<PageOf<UnmappedItem>>(pageAt(`/api/v1/feeds/${encodeURIComponent(code)}/unmapped`, cursor));
export const fetchJourneys = (code: string, cursor: string | null) =>
  get<PageOf<WorklistItem>>(pageAt(`/api/v1/feeds/${encodeURIComponent(code)}/journeys`, cursor));
export const fetchQuarantine = (cursor: string | null) =>
  get<PageOf<QuarantineItem>>(pageAt("/api/v1/quarantine", cursor));

/** Sends a refused payload through the door again; throws what the server says where it will not. */
export async function replay(id: string, why: string): Promise<EventsAnswer> {
  const response = await fetch(`/api/v1/quarantine/${encodeURIComponent(id)}/replay`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(why ? { why } : {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(String(answer.detail ?? response.status));
  return answer as EventsAnswer;
}
export const fetchSystem = () => get<SystemIdentity>("/api/v1/system");
export const fetchOpel = (code: string) => get<OpelAnswer>(`/api/v1/opel/${code}`);
export const fetchPeople = (site: string) => get<SitePeople>(`/api/v1/sites/${site}/people`);

/** The past of a figure: by the hour for two days, or by the day for five weeks. */
export function fetchHistory(measure: string, code: string, resolution: "1h" | "1d", from?: number) {
  const since = from === undefined ? "" : `&from=${new Date(from).toISOString()}`;
  const place = `code=${encodeURIComponent(code)}&resolution=${resolution}${since}`;
  return get<MeasureHistory>(`/api/v1/measures/${encodeURIComponent(measure)}/history?${place}`);
}
