import type { Value } from "../../api/types";
import type { Target } from "../../format/target";
import type { Point } from "../../scale/series";
import { Figure } from "../figure/figure";
import { DaySpark } from "../spark/day-spark";
import "./tile.css";

export interface TileProps {
  label: string;
  measure: string;
  site: string;
  place: string;
  value: Value | undefined;
  now: number;
  detail?: string;
  /** The figure's last day, drawn beside it. */
  day?: { points: Point[]; target: Target | null } | null;
}

/** A headline figure with its label, and its counts or its age under it. */
export function Tile({ label, measure, site, place, value, now, detail, day }: TileProps) {
  return (
    <div class="tile">
      <div class="tile-label">{label}</div>
      {value ? (
        <Figure
          measure={measure}
          site={site}
          value={value}
          now={now}
          label={`${label}, ${place}`}
          size="headline"
          detail={detail}
        />
      ) : (
        <div class="tile-none">not received yet</div>
      )}
      {day && (
        <div class="tile-day">
          <DaySpark {...day} value={value} now={now} width={54} height={28} />
        </div>
      )}
    </div>
  );
}
