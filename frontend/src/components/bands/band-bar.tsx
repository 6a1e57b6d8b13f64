import { count } from "../../format/number";
import type { Band } from "./bands";
import "./band-bar.css";

export interface BandBarProps {
  bands: Band[];
  /** What the whole width stands for. */
  most: number;
  /** From this band on a line is crossed that may not be: red. */
  breach: number;
  width: number;
  height: number;
}

const LARGEST = 28;
/** Room that a figure of so many digits takes in a bar. */
const roomFor = (text: string, size: number) => text.length * size * 0.62 + 6;

/** How many have waited how long, a band a shade, on a scale that a whole column shares. The figures beside it are its text. */
export function BandBar({ bands, most, breach, width, height }: BandBarProps) {
  const scale = width / most;
  const size = Math.min(LARGEST, height * 0.62);
  let from = 0;
  return (
    <svg class="band-bar" width={width} height={height} aria-hidden="true">
      <path class="band-road" d={`M0 ${height - 0.5}H${width}`} />
      {bands.map((band) => {
        const x = from;
        const wide = band.count * scale;
        from += wide;
        const words = count(band.count);
        const tone = band.mixed ? "mixed" : band.past >= breach ? "breach" : Math.min(band.past, 2);
        return (
          <g key={band.past} class={`band band-${tone}`}>
            <rect
              x={band.mixed ? x + 1 : x}
              y={band.mixed ? 1 : 0}
              width={Math.max(1, band.mixed ? wide - 3 : wide - 1)}
              height={band.mixed ? height - 2 : height}
            />
            {wide > roomFor(words, size) && (
              <text x={x + wide / 2} y={height / 2 + size * 0.36} style={{ fontSize: `${size}px` }}>
                {words}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** What the shades of a column of bars mean. */
export function BandKey({ words, breach, mixed }: { words: string[]; breach: number; mixed?: string }) {
  return (
    <span class="band-key">
      {words.map((each, past) => (
        <span key={each}>
          <svg width="12" height="12" aria-hidden="true">
            <g class={`band band-${past >= breach ? "breach" : Math.min(past, 2)}`}>
              <rect width="12" height="12" />
            </g>
          </svg>
          {each}
        </span>
      ))}
      {mixed && (
        <span>
          <svg width="12" height="12" aria-hidden="true">
            <g class="band band-mixed">
              <rect x="1" y="1" width="10" height="10" />
            </g>
          </svg>
          {mixed}
        </span>
      )}
    </span>
  );
}
