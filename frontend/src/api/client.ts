import type { DistrictMap, MeasureDefinition } from "./types";

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

export const fetchMap = () => get<DistrictMap>("/api/v1/map");
export const fetchMeasures = () => get<MeasureDefinition[]>("/api/v1/measures");
export const fetchMeasure = (name: string) =>
  get<MeasureDefinition>(`/api/v1/measures/${encodeURIComponent(name)}`);
