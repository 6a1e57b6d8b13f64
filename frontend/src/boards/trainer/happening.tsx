import { useId } from "preact/hooks";
import { useSending } from "../../components/form/form";
import "../../components/chart/chart.css";
import { type Bar, placeIn, type Span, spanOf, stateInWords, ticksOf } from "./timeline";

const WIDE = 1000;
const HIGH = 20;

/** From when to when, on the span of all: solid what has been, hatched what is to come. */
function Stretch({ bar, span, now }: { bar: Bar; span: Span; now: number }) {
  const hatch = useId();
  const x = (at: number) => placeIn(span, at) * WIDE;
  const here = Math.min(Math.max(now, bar.begins), bar.ends);
  return (
    <svg
      class={`stretch stretch-${bar.state}`}
      viewBox={`0 0 ${WIDE} ${HIGH}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <pattern id={hatch} width="10" height="4" patternUnits="userSpaceOnUse" patternTransform="skewX(-50)">
        <path class="stretch-hatch" d="M0 0V4" />
      </pattern>
      {ticksOf(span).map(({ at }) => (
        <path key={at} class="stretch-tick" d={`M${x(at)} 0V${HIGH}`} />
      ))}
      <rect
        class="stretch-been"
        x={x(bar.begins)}
        y="5"
        width={Math.max(0, x(here) - x(bar.begins))}
        height="10"
      />
      <rect
        class="stretch-ahead"
        x={x(here)}
        y="5"
        width={Math.max(0, x(bar.ends) - x(here))}
        height="10"
        fill={`url(#${hatch})`}
      />
      <path class="stretch-now" d={`M${x(now)} 0V${HIGH}`} />
    </svg>
  );
}

function Row({ bar, span, now, onEnd }: { bar: Bar; span: Span; now: number; onEnd(): Promise<unknown> }) {
  const { sending, wrong, send } = useSending();
  return (
    <tr class={`happening-${bar.state}`}>
      <th scope="row">
        <b>{bar.what}</b>
        <span class="happening-where">{bar.where}</span>
        {bar.size && <span class="quiet">{bar.size}</span>}
      </th>
      <td class="happening-picture">
        <Stretch bar={bar} span={span} now={now} />
        <span class="happening-state">{stateInWords(bar, now)}</span>
      </td>
      <td class="happening-end">
        {bar.state !== "over" && bar.ends > now && (
          <button type="button" class="button button-small" disabled={sending} onClick={() => send(onEnd)}>
            {bar.state === "planned" ? "Cancel" : bar.silence ? "Speak" : "End"}
            <span class="hidden">
              {" "}
              {bar.what}, {bar.where}
            </span>
          </button>
        )}
        {wrong && <span role="alert">{wrong}</span>}
      </td>
    </tr>
  );
}

/** What was asked for, on one line of time: what, where, from when to when, and what of it is under way. */
export function Happening({
  bars,
  now,
  onEnd,
}: {
  bars: Bar[];
  now: number;
  onEnd(bar: Bar): Promise<unknown>;
}) {
  const span = spanOf(bars, now);
  const shown = bars.filter((bar) => bar.state !== "over" || bar.ends > span.from);
  if (shown.length === 0)
    return <p class="nothing">Nothing was asked for: people come and go as usual, and every feed speaks.</p>;
  return (
    <table class="happening" aria-label="Incidents and silent feeds on a line of time">
      <thead>
        <tr>
          <th scope="col">What and where</th>
          <th scope="col" class="happening-axis">
            <span class="hidden">When</span>
            <span class="happening-ticks" aria-hidden="true">
              {ticksOf(span).map(({ at, says }) => (
                <span key={at} style={{ left: `${placeIn(span, at) * 100}%` }}>
                  {says}
                </span>
              ))}
              <b style={{ left: `${placeIn(span, now) * 100}%` }}>now</b>
            </span>
          </th>
          <th scope="col">
            <span class="hidden">End it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((bar) => (
          <Row key={bar.id} bar={bar} span={span} now={now} onEnd={() => onEnd(bar)} />
        ))}
      </tbody>
    </table>
  );
}
