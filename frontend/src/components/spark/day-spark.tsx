import type { Value } from "../../api/types";
import { crossed, type Target } from "../../format/target";
import { type Extent, extentOf } from "../../scale/scale";
import type { Point } from "../../scale/series";
import { standingOf } from "../standing/standing";
import { Spark } from "./spark";

const DAY_MS = 86_400_000;

/** A figure's last day: the hours that ended, and the figure itself where it stands now. */
export interface Day {
  points: Point[];
  value: Value | undefined;
}

/** What of a day lies behind `now`, ending in the figure; a figure that is late ends where its last facts were. */
export function pointsOf({ points, value }: Day, now: number): Point[] {
  const behind = points.filter((each) => each.at > now - DAY_MS && each.at <= now);
  if (!value || value.absent !== null) return behind;
  const stood =
    value.freshness === "live" || value.as_of === null ? now : Math.min(now, Date.parse(value.as_of));
  return [...behind.filter((each) => each.at < stood), { at: stood, value: value.value }];
}

/** The scale that the days of one measure share, with the plan in it. */
export const dayExtent = (days: Day[], now: number, target: Target | null): Extent | null =>
  extentOf([...days.flatMap((each) => pointsOf(each, now).map((point) => point.value)), target?.at]);

export interface DaySparkProps extends Day {
  now: number;
  target: Target | null;
  /** Of the whole column; without it, of this day alone. */
  extent?: Extent | null;
  width: number;
  height?: number;
}

/** The last day of a figure in small; its dot is red where a figure that is not late is past its plan. */
export function DaySpark({ points, value, now, target, extent, width, height }: DaySparkProps) {
  const standing = standingOf(value);
  const isPast =
    target !== null && value?.value != null && standing.kind === "live" && crossed(value.value, target);
  return (
    <Spark
      points={pointsOf({ points, value }, now)}
      window={{ from: now - DAY_MS, to: now }}
      now={now}
      target={target?.at ?? null}
      extent={extent ?? dayExtent([{ points, value }], now, target)}
      standing={standing}
      isPast={isPast}
      width={width}
      height={height}
    />
  );
}
