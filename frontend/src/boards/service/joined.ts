import type { Measures, Overview, Service, ServiceProvider, Site, SiteUnit } from "../../api/types";

/** The picture that a board of some services draws: the overview's sites with the services' measures beside its own. */
export interface Joined {
  overview: Overview;
  sites: Site[];
  totals: Measures;
  /** Every organisation, also those without a site: what they report is theirs alone. */
  providers: ServiceProvider[];
  units: SiteUnit[];
  /** Whether every service has come. */
  complete: boolean;
}

const byCode = <Row extends { code: string; measures: Measures }>(rows: Row[][]) => {
  const found = new Map<string, Measures>();
  for (const row of rows.flat()) found.set(row.code, { ...found.get(row.code), ...row.measures });
  return found;
};

/** The overview with the measures of services in it, so that everything that reads an overview reads them too. */
export function joined(overview: Overview, services: (Service | null)[]): Joined {
  const heard = services.filter((each) => each !== null);
  const ofSites = byCode(heard.map((each) => each.sites));
  const ofProviders = byCode(heard.map((each) => each.providers));
  const sites = overview.sites.map((site) => ({
    ...site,
    measures: { ...site.measures, ...ofSites.get(site.code) },
  }));
  const totals = Object.assign({}, overview.totals, ...heard.map((each) => each.measures)) as Measures;
  const all = new Map(heard.flatMap((each) => each.providers).map((each) => [each.code, each]));
  const providers = [...all.values()].map((each) => ({
    ...each,
    measures: ofProviders.get(each.code) ?? each.measures,
  }));
  return {
    overview: { ...overview, sites, totals },
    sites,
    totals,
    providers,
    units: heard.flatMap((each) => each.units),
    complete: heard.length === services.length,
  };
}
