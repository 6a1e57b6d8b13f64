import type { Site } from "../../api/types";
import { doesNotApply } from "../../components/site-table/rows";
import { WallFigure } from "../../components/wall/wall-figure";
import { type WallRow, WallTable } from "../../components/wall/wall-table";
import { standsAgainst } from "../frame/on-wall";
import type { Drawn } from "./board";

export interface WallPlan {
  measure: string;
  label: string;
  note?: string;
}

export interface ServiceWallProps {
  figures: WallPlan[];
  title: string;
  note?: string;
  rows: WallPlan[];
  /** The worst first; those that do not fit are counted in words. */
  sites: Site[];
  drawn: Drawn;
}

/** The most sites that stand side by side. */
const SITES = 7;

/** A board for a wall: the system's figures, then the sites side by side; nothing scrolls. */
export function ServiceWall({ figures, title, note, rows, sites, drawn }: ServiceWallProps) {
  const { overview, totals } = drawn.picture;
  const stands = (measure: string) => (site: Site) =>
    standsAgainst(site.measures[measure], measure, drawn.definitions);
  const wallRows: WallRow[] = rows.map(({ measure, label, note: beside }) => ({
    key: measure,
    label,
    note: beside,
    measure,
    value: (site) => site.measures[measure] ?? doesNotApply,
    stands: stands(measure),
  }));
  const more = sites.length - SITES;
  return (
    <>
      <section class="services-figures" aria-label="System now">
        {figures.map(({ measure, label }) => (
          <WallFigure
            key={measure}
            label={label}
            measure={measure}
            site="system"
            place={overview.system.name}
            value={totals[measure]}
            stands={standsAgainst(totals[measure], measure, drawn.definitions)}
            now={drawn.now}
          />
        ))}
      </section>
      <section class="wall-sites">
        <h2 id="wall-sites-title">
          {title}
          <span>
            {[note, "red edge: past its plan", more > 0 && `${more} more not shown`]
              .filter(Boolean)
              .join("; ")}
          </span>
        </h2>
        <WallTable id="wall-sites-title" sites={sites.slice(0, SITES)} rows={wallRows} now={drawn.now} />
      </section>
    </>
  );
}
