import { count, minutes } from "../../format/number";
import { momentBeside } from "../../format/time";
import { lanes, linear } from "../../scale/scale";
import "../chart/chart.css";
import { hasFacts, LIVE, type Standing, standingInWords } from "../standing/standing";
import "./vehicle-strip.css";

/** One vehicle on the minute axis. */
export interface Vehicle {
  /** Since arrival; below nought, until it is due. */
  minutes: number;
  /** Of the call, for one that is due in: "C2". */
  category?: string;
}

export interface VehicleStripProps {
  place: string;
  vehicles: Vehicle[];
  /** The line past which a wait is a breach, in minutes. */
  limit: number;
  now: number;
  standing?: Standing;
  width?: number;
}

const WIDE = 30;
const LANE = 26;
const TOP = 22;
const MOST = 4;
/** Due in later than this, a vehicle waits at the edge of the strip. */
const EARLIEST = -30;

const waitingIn = (vehicles: Vehicle[]) => vehicles.filter((each) => each.minutes >= 0);

/** The strip in words: "7 ambulances waiting, longest 57 min, 2 over 45 min; 5 due in". */
export function vehiclesInWords({ place, vehicles, limit, standing = LIVE, now }: VehicleStripProps): string {
  const waiting = waitingIn(vehicles);
  const due = vehicles.length - waiting.length;
  const over = waiting.filter((each) => each.minutes > limit).length;
  const longest = Math.max(...waiting.map((each) => each.minutes));
  const words =
    waiting.length === 0
      ? "no ambulances waiting"
      : `${count(waiting.length)} ambulances waiting, longest ${minutes(longest)}, ${count(over)} over ${limit} min`;
  return `${place}: ${[standingInWords(standing, now), words].filter(Boolean).join(", ")}; ${count(due)} due in`;
}

/** Each vehicle by minutes since it arrived, or until it is due; late in lanes where they would cover one another. */
export function VehicleStrip(props: VehicleStripProps) {
  const { vehicles, limit, now, standing = LIVE, width = 552 } = props;
  const isOld = standing.kind === "lost";
  // A queue moves by the minute: nothing is drawn from a feed that has stopped.
  const placed = vehicles.map((each) => ({ ...each, minutes: Math.max(EARLIEST, each.minutes) }));
  const shown = hasFacts(standing) && !isOld ? placed.sort((a, b) => a.minutes - b.minutes) : [];
  const longest = Math.max(limit + 20, ...shown.map((each) => each.minutes + 4));
  const x = linear({ from: EARLIEST, to: longest }, { from: 18, to: width - 8 });
  const spread = lanes(
    shown.map((each) => x(each.minutes)),
    WIDE,
    MOST,
  );
  const tall = Math.max(1, ...spread.map((each) => each + 1)) * LANE;
  const road = TOP + tall;
  const step = longest > 120 ? 60 : longest > 80 ? 30 : 15;
  const ticks = [];
  for (let at = step; at < longest - 2; at += step) if (Math.abs(at - limit) > step / 3) ticks.push(at);
  const waiting = waitingIn(shown).length;
  const words = !hasFacts(standing)
    ? standingInWords(standing, now)
    : isOld
      ? `lost ${momentBeside(standing.at, now)}, ${count(waitingIn(vehicles).length)} waiting then`
      : waiting === 0
        ? "none waiting"
        : "";
  return (
    <svg
      class="chart vehicles"
      data-standing={standing.kind}
      width={width}
      height={road + 8}
      role="img"
      aria-label={
        hasFacts(standing) && !isOld ? vehiclesInWords(props) : `${props.place}: ambulances, ${words}`
      }
    >
      <path class="vehicle-road" d={`M4 ${road}H${width - 8}`} />
      {ticks.map((at) => (
        <g key={at}>
          <path class="vehicle-tick" d={`M${x(at)} 14V${road + 6}`} />
          <text class="chart-middle" x={x(at)} y="10">
            {at}
          </text>
        </g>
      ))}
      <text class="chart-say" x="8" y="10">
        due in
      </text>
      <path class="vehicle-line" d={`M${x(0)} 14V${road + 6}`} />
      <text class="chart-say chart-middle" x={x(0)} y="10">
        arrived
      </text>
      <path class="vehicle-line vehicle-limit" d={`M${x(limit)} 14V${road + 6}`} />
      <text class="chart-say chart-middle" x={x(limit)} y="10">
        {limit} limit
      </text>
      {shown.map((each, index) => (
        <Van
          key={index}
          x={x(each.minutes)}
          y={road - ((spread[index] ?? 0) + 1) * LANE + 3}
          state={each.minutes < 0 ? "due" : each.minutes > limit ? "over" : "waiting"}
          words={each.minutes < 0 ? (each.category ?? "") : count(Math.floor(each.minutes))}
        />
      ))}
      {words && (
        <text class="vehicle-none" x={x(0) + 22} y={road - 9}>
          {words}
        </text>
      )}
    </svg>
  );
}

/** Room for two characters; three are set smaller. */
const LONG = 2;

function Van({
  x,
  y,
  state,
  words,
}: {
  x: number;
  y: number;
  state: "due" | "waiting" | "over";
  words: string;
}) {
  return (
    <g class={`vehicle vehicle-${state}`} transform={`translate(${x.toFixed(1)} ${y})`}>
      <path d="M-14 0H7v3h4l3 4v10h-28z" />
      <circle cx="-8" cy="17.5" r="2.6" />
      <circle cx="8" cy="17.5" r="2.6" />
      <text x="-2" y="13" class={words.length > LONG ? "vehicle-long" : undefined}>
        {words}
      </text>
    </g>
  );
}
