import type { Board, Measures, Overview } from "../../api/types";

/** The overview with the figures of one board in it, so that a board reads all its figures from one picture. */
export function joined(overview: Overview, board: Board): Overview {
  const more = new Map<string, Measures>(board.sites.map((site) => [site.code, site.measures]));
  return {
    ...overview,
    totals: { ...overview.totals, ...board.totals },
    sites: overview.sites.map((site) => ({
      ...site,
      measures: { ...site.measures, ...more.get(site.code) },
    })),
  };
}
