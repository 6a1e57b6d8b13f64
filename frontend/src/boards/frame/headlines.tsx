import type { Site } from "../../api/types";
import { Tile } from "../../components/tile/tile";
import { WallFigure } from "../../components/wall/wall-figure";
import { spreadOf } from "./columns";
import type { Seen } from "./desk";
import { standsAgainst } from "./on-wall";

export interface Headline {
  measure: string;
  label: string;
  detail?: string;
  /** Whether the sites stand on one axis beside it. */
  spread?: boolean;
}

/** The figures of the whole system that head a board, on a desk or a wall. */
export function Headlines({ headlines, sites, seen }: { headlines: Headline[]; sites: Site[]; seen: Seen }) {
  const { overview, definitions, now, wall } = seen;
  const place = overview.system.name;
  if (wall)
    return (
      <section class="service-wall-figures" aria-label="System now">
        {headlines.map(({ measure, label }) => (
          <WallFigure
            key={measure}
            label={label}
            measure={measure}
            site="system"
            place={place}
            value={overview.totals[measure]}
            stands={standsAgainst(overview.totals[measure], measure, definitions)}
            now={now}
          />
        ))}
      </section>
    );
  return (
    <section class="card service-tiles" aria-label="System now">
      {headlines.map(({ measure, label, detail, spread }) => (
        <Tile
          key={measure}
          measure={measure}
          site="system"
          place={place}
          label={label}
          value={overview.totals[measure]}
          now={now}
          detail={detail}
          spread={spread ? spreadOf(sites, measure, definitions) : null}
        />
      ))}
    </section>
  );
}
