import type { Overview, Site } from "../../api/types";
import { ProbabilityStrip } from "../../components/probability/probability-strip";
import type { AheadColumn } from "../../components/site-table/site-table";
import { Skill } from "../../components/skill/skill";
import type { AheadRow } from "../../components/wall/wall-table";

/** Of a strip: on a wall a drawing is set larger as a whole. */
const DESK = { width: 150, height: 34 };
const WALL = { width: 78, height: 18 };

/** How likely the highest level is at a site, hour by hour; without a type 1 ED it has none. */
const strip = (overview: Overview, now: number, size: typeof DESK) => (site: Site) => (
  <ProbabilityStrip
    hours={overview.ahead?.levels?.hours[site.code]}
    notScored={site.ed_type !== 1}
    now={now}
    {...size}
  />
);

/** The hours ahead of each site on a desk; none where the picture has no forecast. */
export const aheadColumn = (overview: Overview, now: number): AheadColumn | undefined =>
  overview.ahead?.levels && {
    title: "OPEL 4",
    note: (
      <>
        how likely, by hour <Skill score={overview.ahead.levels.skill} />
      </>
    ),
    draw: strip(overview, now, DESK),
  };

/** The same as a row of a wall's table. */
export const aheadRow = (overview: Overview, now: number): AheadRow | undefined =>
  overview.ahead?.levels && {
    label: "OPEL 4",
    note: (
      <>
        by hour <Skill score={overview.ahead.levels.skill} />
      </>
    ),
    draw: strip(overview, now, WALL),
  };
