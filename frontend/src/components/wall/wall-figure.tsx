import type { Value } from "../../api/types";
import { absence } from "../../format/number";
import { ageInWords, Figure } from "../figure/figure";
import "./wall-figure.css";

export interface WallFigureProps {
  label: string;
  measure: string;
  site: string;
  place: string;
  /** As a wall may show it: small numbers already withheld. */
  value: Value | undefined;
  now: number;
  /** Past its line, within it, or without one: what is within its line is quiet. */
  stands: "past" | "within" | "no line";
}

/** What stands beside the figure: an age or the reason why there is no figure. */
export function besideLabel(value: Value | undefined, now: number): string {
  if (!value) return "not received yet";
  if (value.absent !== null && value.absent !== "suppressed") return absence(value);
  return ageInWords(value, now);
}

/** One figure of a wall, over its label. */
export function WallFigure({ label, measure, site, place, value, now, stands }: WallFigureProps) {
  const beside = besideLabel(value, now);
  return (
    <div class="wall-figure" data-stands={stands}>
      <span class="wall-figure-top">
        {value ? (
          <Figure
            measure={measure}
            site={site}
            value={value}
            now={now}
            label={`${label}, ${place}`}
            size="headline"
            bare
          />
        ) : (
          <span class="wall-figure-none" aria-hidden="true">
            –
          </span>
        )}
        {beside && <b>{beside}</b>}
      </span>
      <span class="wall-figure-label">{label}</span>
    </div>
  );
}
