import { useId } from "preact/hooks";
import { clockTime } from "../../format/time";
import { area, type Extent, extentOf, hourTicks, line, linear, valueTicks } from "../../scale/scale";
import { type Forecast, numbersOf, type Point, type TargetLine } from "../../scale/series";
import { type NoteMark, NoteMarks, roomOf } from "../notes/note-marks";
import "../chart/chart.css";
import "./fan.css";
import { hasFacts, LIVE, Nothing, type Standing, standingInWords } from "../standing/standing";

export interface FanProps {
  /** What is drawn, and where. */
  label: string;
  points: Point[];
  /** Left out, only the past is drawn. */
  forecast?: Forecast;
  window: Extent;
  now: number;
  target?: TargetLine;
  format(value: number): string;
  standing?: Standing;
  width: number;
  height?: number;
  /** What the moment of the now-line is called; "now" where left out. */
  called?: string;
  /** What people wrote on moments of it. */
  notes?: NoteMark[];
  /** A moment was pointed to; the keyboard has a field for it elsewhere. */
  onPoint?(at: number): void;
}

const LEFT = 34;
const BOTTOM = 18;
const TOP = 16;

const range = ({ from, to }: { from: number | null; to: number | null }) =>
  from === null ? "" : `, 80% range ${clockTime(from)} to ${to === null ? "beyond" : clockTime(to)}`;

/** The chart in words, for those who cannot see it. */
export function fanInWords({ label, points, forecast, format, standing = LIVE, now }: FanProps): string {
  const last = points.findLast((each) => each.value !== null);
  const fact = last?.value == null ? "no reading" : `${format(last.value)} at ${clockTime(last.at)}`;
  const stands = standingInWords(standing, now);
  const end = forecast?.points.at(-1);
  const ahead = end
    ? `expected ${format(end.middle)} at ${clockTime(end.at)}, 80% range ${format(end.low80)} to ${format(end.high80)}`
    : "";
  const crossing = forecast?.crossing
    ? `crosses the line at ${clockTime(forecast.crossing.at)}${range(forecast.crossing)}`
    : "";
  const naive = forecast?.naive ? `naive rule shown: ${forecast.naive}` : "";
  return [label, fact, stands, ahead, crossing, naive].filter(Boolean).join("; ");
}

/** The moment under the pointer, to the minute. */
function pointed(event: MouseEvent, window: Extent, width: number): number {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * width;
  const at = linear({ from: LEFT, to: width }, window)(x);
  return Math.round(Math.min(window.to, Math.max(window.from, at)) / 60_000) * 60_000;
}

/** One measure over time: a solid past, a now-line, and ahead of it the 50% and 80% ranges where there is a forecast. */
export function Fan(props: FanProps) {
  const { points, forecast, window, now, target, format, standing = LIVE, width, height = 132 } = props;
  const { notes = [], onPoint, called = "now" } = props;
  const hatch = useId();
  const facts = hasFacts(standing) ? points : [];
  const ahead = standing.kind === "live" || standing.kind === "delayed" ? forecast : undefined;
  const extent = extentOf(numbersOf(facts, ahead, target));
  if (!extent || facts.length === 0) return <Nothing standing={standing} now={now} />;
  const x = linear(window, { from: LEFT, to: width });
  const y = linear(extent, { from: height - BOTTOM, to: TOP });
  const last = facts.findLast((each) => each.value !== null);
  const edge = (of: "low50" | "high50" | "low80" | "high80" | "middle") =>
    (ahead?.points ?? []).map((each) => ({ x: x(each.at), y: y(each[of]) }));
  const ground = ahead && window.to > now;
  const crossing = ahead?.crossing;
  const nowWords = last?.value == null ? called : `${called} ${format(last.value)}`;
  const every = (window.to - window.from) / 3_600_000 > 30 ? 6 : 4;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a moment is typed in the form of a note
    <svg
      class={onPoint ? "chart fan chart-pointed" : "chart fan"}
      data-standing={standing.kind}
      width={width}
      height={height + roomOf(notes, window)}
      role="img"
      aria-label={fanInWords(props)}
      onClick={(event) => onPoint?.(pointed(event, window, width))}
    >
      <defs>
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="chart-hatch" d="M0 0V4" />
        </pattern>
      </defs>
      {ground && (
        <rect
          class="chart-ahead"
          x={x(now)}
          y={TOP}
          width={width - x(now)}
          height={Math.max(0, height - BOTTOM - TOP)}
        />
      )}
      {valueTicks(extent, 4).map((value) => (
        <g key={value}>
          <path class="chart-rule" d={`M${LEFT} ${y(value)}H${width}`} />
          <text class="chart-end" x={LEFT - 6} y={y(value) + 4}>
            {format(value)}
          </text>
        </g>
      ))}
      {hourTicks(window, every).map(({ at, label }) => (
        <text key={at} class="chart-middle" x={x(at)} y={height - 4}>
          {label}
        </text>
      ))}
      {ahead &&
        (ahead.naive ? (
          <path
            class="chart-foreseen"
            fill={`url(#${hatch})`}
            opacity="0.6"
            d={area(edge("high80"), edge("low80"))}
          />
        ) : (
          <>
            <path class="chart-fan80" d={area(edge("high80"), edge("low80"))} />
            <path class="chart-fan50" d={area(edge("high50"), edge("low50"))} />
          </>
        ))}
      {ahead && <path class="chart-expected" d={line(edge("middle"))} />}
      {target && (
        <>
          <path class="fan-line" d={`M${LEFT} ${y(target.value)}H${width}`} />
          <text class="chart-say" x={LEFT + 3} y={y(target.value) - 5}>
            {target.label}
          </text>
        </>
      )}
      <path
        class="chart-fact"
        d={line(facts.map((each) => (each.value === null ? null : { x: x(each.at), y: y(each.value) })))}
      />
      <path class="fan-now" d={`M${x(now)} ${TOP - 4}V${height - BOTTOM}`} />
      <text class="chart-say chart-middle" x={Math.min(width - 28, x(now))} y={TOP - 6}>
        {standing.kind === "lost" ? standingInWords(standing, now) : nowWords}
      </text>
      {last?.value != null && <circle class="chart-dot" cx={x(last.at)} cy={y(last.value)} r="3.4" />}
      <NoteMarks notes={notes} within={window} x={x} top={TOP} bottom={height - BOTTOM} under={height + 1} />
      {crossing && target && (
        <g class="chart-foreseen">
          <path class="fan-crossing" d={`M${x(crossing.at)} ${y(target.value) - 6}v12`} />
          <text class="chart-say" x={x(crossing.at) + 4} y={y(target.value) + 16}>
            {clockTime(crossing.at)}
          </text>
        </g>
      )}
    </svg>
  );
}
