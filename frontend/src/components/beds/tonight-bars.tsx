import { useId } from "preact/hooks";
import type { Measures } from "../../api/types";
import "../chart/chart.css";
import "./tonight-bars.css";

/** Beds free now, decided for, and expected to fall free today; in the order in which they are added up. */
export const TONIGHT = ["beds.adult_free", "beds.adult_decided", "beds.adult_due", "beds.tonight"] as const;

export interface Tonight {
  free: number;
  decided: number;
  due: number;
  net: number;
}

/** Null where one of the four is not known; where nobody can be decided for, none are. */
export function tonightOf(measures: Measures): Tonight | null {
  const [free, decided, due, net] = TONIGHT.map((name) => {
    const value = measures[name];
    return value?.absent === "not_applicable" ? 0 : (value?.value ?? null);
  });
  if (free == null || decided == null || due == null || net == null) return null;
  return { free, decided, due, net };
}

/** How many beds the longest bar of a column is. */
export const mostBeds = (all: (Tonight | null)[]) =>
  Math.max(
    1,
    ...all.flatMap((each) =>
      each ? [Math.abs(each.free) + each.due, each.decided, Math.abs(each.net)] : [],
    ),
  );

export interface TonightBarsProps {
  tonight: Tonight;
  /** Of the whole column, to either side of nought. */
  most: number;
  width?: number;
}

const ROW = 6;
const GAP = 2;

/** Free beds to the right, those expected hatched after them; decided to the left; under both what is left tonight. */
export function TonightBars({ tonight: { free, decided, due, net }, most, width = 76 }: TonightBarsProps) {
  const hatch = useId();
  const nought = width / 2;
  const x = (beds: number) => nought + (beds / most) * (nought - 1);
  const bar = (from: number, to: number, row: number, name: string) => (
    <rect
      class={`tonight-${name}`}
      x={Math.min(x(from), x(to))}
      y={row * (ROW + GAP)}
      width={Math.abs(x(to) - x(from))}
      height={ROW}
    />
  );
  const height = 3 * ROW + 2 * GAP;
  return (
    <svg class="tonight-bars" width={width} height={height} aria-hidden="true">
      {bar(0, free, 0, "free")}
      <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path class="chart-hatch" d="M0 0V4" />
      </pattern>
      <g fill={`url(#${hatch})`}>{bar(free, free + due, 0, "due")}</g>
      {bar(0, -decided, 1, "decided")}
      {bar(0, net, 2, net < 0 ? "short" : "spare")}
      <path class="tonight-nought" d={`M${nought} 0V${height}`} />
    </svg>
  );
}
