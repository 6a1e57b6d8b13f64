import type { ComponentChildren } from "preact";
import type { Site } from "../../api/types";
import { LeadingChip } from "../../components/opel/leading";
import { doesNotApply } from "../../components/site-table/rows";
import { WallFigure } from "../../components/wall/wall-figure";
import { type WallRow, WallTable } from "../../components/wall/wall-table";
import { peopleOf } from "../../format/small";
import { aheadRow } from "../frame/ahead";
import { standsAgainst } from "../frame/on-wall";
import type { Drawn } from "./board";
import type { Joined } from "./joined";

export interface WallFigurePlan {
  measure: string;
  label: string;
}

export interface WallRowPlan extends WallFigurePlan {
  note?: string;
  /** Shown as the people a share counts. */
  people?: boolean;
  /** Gives way to what is ahead, where that is known. */
  givesWay?: boolean;
  /** What stands under the figure, on one scale for all the sites. */
  draw?(site: Site, sites: Site[]): ComponentChildren;
}

export interface WallPlan {
  /** The system's own: in one row, or more than six in two. */
  figures: WallFigurePlan[];
  title: string;
  note?: ComponentChildren;
  rows: WallRowPlan[];
  /** Whether the hours ahead of each site stand under its figures, where they are known. */
  ahead?: boolean;
  /** The worst first; those that do not fit are counted in words. */
  sites(picture: Joined): Site[];
}

/** The most sites that stand side by side. */
const SITES = 7;
const ONE_ROW = 6;

/** A board for a wall: the system's figures, then the sites side by side; nothing scrolls. */
export function ServiceWall({ plan, drawn }: { plan: WallPlan; drawn: Drawn }) {
  const { picture, definitions, now } = drawn;
  const { overview, totals } = picture;
  const every = plan.sites(picture);
  const sites = every.slice(0, SITES);
  const more = every.length - sites.length;
  const ahead = plan.ahead ? aheadRow(overview, now) : undefined;
  const readings = plan.rows.filter((each) => !(ahead && each.givesWay));
  const rows = readings.map(({ measure, label, note, people, draw }): WallRow => {
    const reading = (site: Site) => site.measures[measure] ?? doesNotApply;
    return {
      key: measure,
      label,
      note,
      measure,
      value: (site) => (people ? peopleOf(reading(site)) : reading(site)),
      stands: (site) => standsAgainst(site.measures[measure], measure, definitions),
      draw:
        draw &&
        ((site) => (
          <span data-late={reading(site).freshness === "lost" ? "" : undefined}>{draw(site, every)}</span>
        )),
    };
  });
  return (
    <>
      <section
        class="service-wall-figures"
        data-rows={plan.figures.length > ONE_ROW ? 2 : 1}
        aria-label="System now"
      >
        {plan.figures.map(({ measure, label }) => (
          <WallFigure
            key={measure}
            label={label}
            measure={measure}
            site="system"
            place={overview.system.name}
            value={totals[measure]}
            stands={standsAgainst(totals[measure], measure, definitions)}
            now={now}
          />
        ))}
      </section>
      <section class="service-wall-sites">
        <h2 id="wall-sites-title">
          {plan.title}
          {plan.note && <span>{plan.note}</span>}
          <span>red edge: past its plan{more > 0 && `; ${more} more not shown`}</span>
        </h2>
        <WallTable
          id="wall-sites-title"
          sites={sites}
          rows={rows}
          ahead={ahead}
          now={now}
          mark={(site) => <LeadingChip opel={site.opel} size={36} />}
        />
      </section>
    </>
  );
}
