import type { MeasureDefinition, Value } from "../../api/types";
import { inWords } from "../../format/number";
import "./line-mark.css";

/** The ends of an axis that a whole column shares. */
export interface Axis {
  from: number;
  to: number;
}

export interface Target {
  at: number;
  direction: MeasureDefinition["direction"];
}

const readings = (values: (Value | undefined)[]) =>
  values.flatMap((each) => (each && each.absent === null && each.value !== null ? [each.value] : []));

/** One axis for every value of a column and its target; nothing when there is nothing to place. */
export function sharedAxis(values: (Value | undefined)[], target: number | null): Axis | null {
  const all = readings(values);
  if (all.length === 0) return null;
  if (target !== null) all.push(target);
  const from = Math.min(...all);
  const to = Math.max(...all);
  const room = (to - from || Math.abs(to) || 1) * 0.08;
  return { from: from - room, to: to + room };
}

export function crossed(value: number, target: Target): boolean {
  if (target.direction === "lower") return value > target.at;
  if (target.direction === "higher") return value < target.at;
  return false;
}

export interface LineMarkProps {
  /** The first is drawn solid when it is alone; many are drawn as open marks, one a site. */
  values: (Value | undefined)[];
  axis: Axis;
  target: Target | null;
  width: number;
  height?: number;
}

/** Where a reading stands on its column's axis against the target line. The figure beside it is the text of it. */
export function LineMark({ values, axis, target, width, height = 20 }: LineMarkProps) {
  const middle = height / 2;
  const x = (value: number) => 4 + ((value - axis.from) / (axis.to - axis.from)) * (width - 8);
  const marks = readings(values);
  const late = values.length === 1 && values[0]?.freshness !== "live";
  const alone = values.length === 1 ? marks[0] : undefined;
  const over = alone !== undefined && !late && target !== null && crossed(alone, target);
  return (
    <svg class="line-mark" width={width} height={height} aria-hidden="true">
      <path class="line-mark-axis" d={`M0 ${middle}H${width}`} />
      {over && target && <path class="line-mark-over" d={`M${x(target.at)} ${middle}H${x(alone)}`} />}
      {target && <path class="line-mark-target" d={`M${x(target.at)} 2V${height - 2}`} />}
      {marks.map((value, index) => (
        <circle
          key={index}
          class={alone === undefined ? "line-mark-one" : late ? "line-mark-late" : "line-mark-dot"}
          cx={x(value)}
          cy={middle}
          r={alone === undefined ? 3 : 3.5}
        />
      ))}
    </svg>
  );
}

/** The target in words: "plan 78%". */
export function targetInWords(definition: MeasureDefinition | undefined): string {
  if (!definition || definition.target === null) return "";
  const value: Value = {
    value: definition.target,
    unit: definition.unit,
    numerator: null,
    denominator: null,
    n: null,
    absent: null,
    reason: null,
    as_of: null,
    freshness: "live",
  };
  return `plan ${inWords(value).replace(".0%", "%")}`;
}
