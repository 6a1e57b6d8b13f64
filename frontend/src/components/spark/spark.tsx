import { area, type Extent, extentOf, line, linear } from "../../scale/scale";
import { type Forecast, numbersOf, type Point } from "../../scale/series";
import "../chart/chart.css";
import { hasFacts, LIVE, type Standing } from "../standing/standing";

export interface SparkProps {
  points: Point[];
  /** Left out, nothing is drawn ahead of now. */
  forecast?: Forecast;
  /** The same for a whole column: 24 h back, 8 h ahead. */
  window: Extent;
  now: number;
  target?: number | null;
  /** The scale a whole column shares; without it, the scale of these points alone. */
  extent?: Extent | null;
  standing?: Standing;
  /** The figure stands past its plan. */
  isPast?: boolean;
  width?: number;
  height?: number;
}

/** A figure's last day in small. The figure beside it is its text, so it says nothing of its own. */
export function Spark({
  points,
  forecast,
  window,
  now,
  target = null,
  extent,
  standing = LIVE,
  isPast = false,
  width = 76,
  height = 28,
}: SparkProps) {
  const x = linear(window, { from: 0, to: width });
  const facts = hasFacts(standing) ? points : [];
  // A forecast that rests on a lost feed is not shown.
  const ahead = standing.kind === "live" || standing.kind === "delayed" ? forecast : undefined;
  const goal = target === null ? undefined : { value: target, label: "" };
  const range = extent ?? extentOf(numbersOf(facts, ahead, goal));
  const nowLine = <path class="chart-now" d={`M${x(now)} 0V${height}`} />;
  if (!range || facts.length === 0)
    return (
      <svg class="chart spark" data-standing={standing.kind} width={width} height={height} aria-hidden="true">
        <path class="chart-rule" d={`M0 ${height - 0.5}H${width}`} />
        {nowLine}
      </svg>
    );
  const y = linear(range, { from: height - 2, to: 2 });
  const last = facts.findLast((each) => each.value !== null);
  const edge = (of: "low50" | "high50" | "low80" | "high80" | "middle") =>
    (ahead?.points ?? []).map((each) => ({ x: x(each.at), y: y(each[of]) }));
  return (
    <svg class="chart spark" data-standing={standing.kind} width={width} height={height} aria-hidden="true">
      {ahead && (
        <>
          <path class="chart-fan80" d={area(edge("high80"), edge("low80"))} />
          <path class="chart-fan50" d={area(edge("high50"), edge("low50"))} />
          <path class="chart-expected" d={line(edge("middle"))} />
        </>
      )}
      {target !== null && <path class="chart-target" d={`M0 ${y(target)}H${width}`} />}
      {nowLine}
      <path
        class="chart-fact"
        d={line(facts.map((each) => (each.value === null ? null : { x: x(each.at), y: y(each.value) })))}
      />
      {last?.value != null && (
        <circle
          class={isPast ? "chart-dot chart-past" : "chart-dot"}
          cx={x(last.at)}
          cy={y(last.value)}
          r="2.2"
        />
      )}
    </svg>
  );
}
