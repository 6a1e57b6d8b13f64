import { DAYS, expectedInWords, HOURS_A_DAY, hourOfWeek } from "./hours";
import "../chart/chart.css";
import "./rhythm.css";

export interface RhythmProps {
  /** For each hour of the week the share of its five-minute marks with something. */
  shares: number[];
  learned: boolean;
  now: number;
  width?: number;
}

const LEFT = 30;
const TOP = 16;
const ROW = 15;

/** When a feed usually sends: a bar an hour, a row a day of the London week, this hour marked. */
export function RhythmWeek({ shares, learned, now, width = 380 }: RhythmProps) {
  const here = hourOfWeek(now);
  const wide = (width - LEFT) / HOURS_A_DAY;
  const x = (hour: number) => LEFT + (hour % HOURS_A_DAY) * wide;
  const y = (hour: number) => TOP + Math.floor(hour / HOURS_A_DAY) * ROW;
  const words = expectedInWords(shares[here] ?? 0);
  return (
    <figure class="rhythm">
      <svg
        class="chart"
        viewBox={`0 0 ${width} ${TOP + ROW * DAYS.length + 2}`}
        style={{ maxWidth: `${width}px` }}
        role="img"
        aria-label={`This hour: ${words}`}
      >
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} class="chart-say" x={x(hour)} y="11">
            {String(hour).padStart(2, "0")}:00
          </text>
        ))}
        {DAYS.map((day, index) => (
          <text key={day} class="chart-say" x="0" y={TOP + index * ROW + 11}>
            {day}
          </text>
        ))}
        {shares.map((share, hour) => {
          const tall = Math.max(share > 0 ? 1 : 0, share * (ROW - 3));
          return (
            <rect
              key={hour}
              class={hour === here ? "rhythm-hour rhythm-here" : "rhythm-hour"}
              x={x(hour)}
              y={y(hour) + ROW - 2 - tall}
              width={Math.max(1, wide - 1.5)}
              height={tall}
            />
          );
        })}
        <path class="rhythm-now" d={`M${x(here)} ${y(here) + ROW - 1}h${wide - 1.5}`} />
      </svg>
      <figcaption>
        This hour: {words}. {learned ? "Learned from this feed." : "Expected of its kind; not learned yet."}
      </figcaption>
    </figure>
  );
}
