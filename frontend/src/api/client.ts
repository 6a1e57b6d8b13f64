import type { DistrictMap, MeasureDefinition, OpelAnswer, SitePeople, SystemIdentity } from "./types";

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
export const fetchSystem = () => get<SystemIdentity>("/api/v1/system");
export const fetchOpel = (code: string) => get<OpelAnswer>(`/api/v1/opel/${code}`);
export const fetchPeople = (site: string) => get<SitePeople>(`/api/v1/sites/${site}/people`);
