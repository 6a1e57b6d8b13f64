import type { Value } from "../../api/types";
import { Figure } from "../figure/figure";
import { type Axis, LineMark, type Target } from "../line-mark/line-mark";
import "./tile.css";

export interface TileProps {
  label: string;
  measure: string;
  site: string;
  place: string;
  value: Value | undefined;
  now: number;
  detail?: string;
  /** The same measure at each site, drawn on one axis beside the figure. */
  spread?: { values: (Value | undefined)[]; axis: Axis; target: Target | null } | null;
}

/** A headline figure with its label, and its counts or its age under it. */
export function Tile({ label, measure, site, place, value, now, detail, spread }: TileProps) {
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
      {spread && (
        <div class="tile-spread">
          <LineMark {...spread} width={54} height={24} />
        </div>
      )}
    </div>
  );
}
