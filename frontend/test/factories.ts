import type { Measures, Overview, Site, Value } from "../src/api/types";
import { feed, reading, site as siteOf } from "../src/gallery/values";

export { declared, feed, level as opel } from "../src/gallery/values";

export const value = (change: Partial<Value> = {}): Value => reading(change);

export const site = (code: string, need: number, measures: Measures = {}): Site =>
  siteOf(code, measures, { need });

export const overview = (change: Partial<Overview> = {}): Overview => ({
  as_at: "2026-01-12T18:40:00Z",
  known_at: "2026-01-12T18:40:00Z",
  revision: 7,
  synthetic: true,
  mixed: false,
  copy_of: null,
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
  agreed: [],
  feeds: [feed("East Kent ED", "live")],
  ...change,
});
