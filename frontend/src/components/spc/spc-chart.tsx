import { dayAndMonth } from "../../format/time";
import { extentOf, line, linear } from "../../scale/scale";
import "../chart/chart.css";
import { type NoteMark, NoteMarks, roomOf } from "../notes/note-marks";
import { hasFacts, LIVE, Nothing, type Standing, standingInWords } from "../standing/standing";
import { namedMoments, type SpcPoint, type SpcSeries, spcInWords } from "./spc";
import { AssuranceIcon, VariationIcon } from "./spc-icon";
import "./spc-chart.css";

export interface SpcChartProps {
  /** What is drawn, and where. */
  label: string;
  /** Left out until it has come. */
  series?: SpcSeries;
  format(value: number): string;
  now: number;
  standing?: Standing;
  width: number;
  height?: number;
  /** Without it, the icons and the words stand above the chart. */
  bare?: boolean;
  /** What people wrote, at the points of its days. */
  notes?: NoteMark[];
}

const RIGHT = 66;
const BOTTOM = 18;

const shapes: Record<NonNullable<SpcPoint["special"]>, (x: number, y: number) => string> = {
  improving: (x, y) => `M${x - 3.6} ${y - 3.6}h7.2v7.2h-7.2z`,
  concerning: (x, y) => `M${x} ${y - 5}l4.8 8.6h-9.6z`,
  neither: (x, y) => `M${x} ${y - 5}l5 5-5 5-5-5z`,
};

/** A chart of a process over days or more, with its mean, its limits, and each special cause by shape and colour. */
export function SpcChart({
  label,
  series,
  format,
  now,
  standing = LIVE,
  width,
  height = 180,
  bare,
  notes = [],
}: SpcChartProps) {
  if (!hasFacts(standing)) return <Nothing standing={standing} now={now} />;
  if (!series) return <Nothing standing={{ kind: "loading" }} now={now} />;
  const { points, limits, steps = [], target, variation, assurance } = series;
  const extent = extentOf([
    ...points.map((each) => each.value),
    ...limits.flatMap((each) => [each.lower, each.upper]),
    target,
  ]);
  const first = points[0];
  const last = points.findLast((each) => each.value !== null);
  if (!extent || !first || last?.value == null)
    return <p class="nothing">Too little history for a chart yet</p>;
  const days = { from: first.at, to: points.at(-1)?.at ?? first.at };
  const x = linear(days, { from: 10, to: width - RIGHT });
  const y = linear(extent, { from: height - BOTTOM - 4, to: 14 });
  const current = limits.find((each) => each.to >= last.at);
  const words = spcInWords(series);
  const stepped = steps
    .map((each) => `Limits begin again on ${dayAndMonth(each.at)}: ${each.why}.`)
    .join(" ");
  const stands = standingInWords(standing, now);
  const targetBelow = current && target !== null && target < current.mean;
  return (
    <div class="spc">
      {!bare && (
        <div class="spc-head">
          {variation && <VariationIcon variation={variation} />}
          {assurance && <AssuranceIcon assurance={assurance} />}
          <span>
            <b>{label}</b>
            <span class="spc-words">{[words, stands].filter(Boolean).join(" ")}</span>
          </span>
        </div>
      )}
      <svg
        class="chart spc-chart"
        data-standing={standing.kind}
        width={width}
        height={height + roomOf(notes, days)}
        role="img"
        aria-label={`${label}: ${format(last.value)} on ${dayAndMonth(last.at)}. ${words} ${stepped} ${stands}`}
      >
        {limits.map((each) => {
          const across = (value: number) => `M${x(each.from)} ${y(value)}H${x(each.to)}`;
          return (
            <g key={each.from} data-trial={each.trial}>
              <path class="spc-limit" d={across(each.upper)} />
              <path class="spc-limit" d={across(each.lower)} />
              <path class="spc-mean" d={across(each.mean)} />
            </g>
          );
        })}
        {steps.map((each) => {
          const late = x(each.at) > (width - RIGHT) / 2;
          return (
            <g key={each.at}>
              <title>{`Limits begin again on ${dayAndMonth(each.at)}: ${each.why}`}</title>
              <path class="spc-step" d={`M${x(each.at) - 3} 2V${height - BOTTOM - 4}`} />
              <text
                class={late ? "chart-say chart-end" : "chart-say"}
                x={x(each.at) + (late ? -7 : 1)}
                y="10"
              >
                from {dayAndMonth(each.at)}
              </text>
            </g>
          );
        })}
        {current && (
          <>
            <text x={width - RIGHT + 8} y={y(current.upper) + 4}>
              UPL {format(current.upper)}
            </text>
            <text x={width - RIGHT + 8} y={y(current.mean) + 4}>
              mean {format(current.mean)}
            </text>
            <text x={width - RIGHT + 8} y={y(current.lower) + 4}>
              LPL {format(current.lower)}
            </text>
          </>
        )}
        {target !== null && (
          <>
            <path class="spc-target" d={`M10 ${y(target)}H${width - RIGHT}`} />
            <text class="chart-say" x="12" y={y(target) + (targetBelow ? -4 : 12)}>
              target {format(target)}
            </text>
          </>
        )}
        <path
          class="spc-line"
          d={line(points.map((each) => (each.value === null ? null : { x: x(each.at), y: y(each.value) })))}
        />
        {points.map((each) =>
          each.value === null ? null : each.special ? (
            <path
              key={each.at}
              class={`spc-point spc-${each.special}`}
              d={shapes[each.special](x(each.at), y(each.value))}
            />
          ) : (
            <circle key={each.at} class="spc-point" cx={x(each.at)} cy={y(each.value)} r="3" />
          ),
        )}
        <text class="chart-say chart-middle" x={x(last.at)} y={y(last.value) - 9}>
          {format(last.value)}
        </text>
        <NoteMarks
          notes={notes}
          within={days}
          x={x}
          top={14}
          bottom={height - BOTTOM - 4}
          under={height + 1}
        />
        {namedMoments(points, width > 420 ? 6 : 3).map((at, index, all) => (
          <text
            key={at}
            class={index === 0 ? undefined : index === all.length - 1 ? "chart-end" : "chart-middle"}
            x={index === 0 ? 2 : x(at)}
            y={height - 4}
          >
            {dayAndMonth(at)}
          </text>
        ))}
      </svg>
    </div>
  );
}
