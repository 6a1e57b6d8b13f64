import { count, minutes } from "../../format/number";
import { linear, stacked } from "../../scale/scale";
import "../chart/chart.css";
import { hasFacts, LIVE, Nothing, type Standing, standingInWords } from "../standing/standing";
import { Region } from "../table/region";
import { peopleCell, type Sheet } from "../table/sheet";
import "./waits-strip.css";

/** One person, by nothing but how long they have been there. */
export interface Wait {
  minutes: number;
  decidedToAdmit: boolean;
}

/** An area of the department, with the server's counts; the marks are only their picture. */
export interface WaitsRow {
  code: string;
  name: string;
  note?: string;
  people: number;
  waits: Wait[];
  /** People past each of the lines, in the lines' order. */
  past: number[];
  longestMinutes: number | null;
}

export interface WaitLine {
  minutes: number;
  label: string;
  /** Past it a mark is red. */
  breach?: boolean;
}

export interface WaitsStripProps {
  label: string;
  rows: WaitsRow[];
  lines: WaitLine[];
  now: number;
  standing?: Standing;
  width?: number;
}

const ROW = 30;
const MARK = 5;

/** The end of the axis in hours: room for the longest wait, at least a little past the last line, at most 36. */
export function lastHour(rows: WaitsRow[], lines: WaitLine[]): number {
  const longest = Math.max(0, ...rows.flatMap((row) => row.waits.map((each) => each.minutes / 60)));
  const least = Math.max(0, ...lines.map((each) => each.minutes / 60)) + 4;
  return Math.min(36, Math.ceil(Math.max(longest + 1, least) / 2) * 2);
}

const over = (line: WaitLine) => `over ${minutes(line.minutes).replace(" h 00", " h")}`;

/** The areas with their people, those past each line, and the longest wait, for copy and export. */
export const sheetOfWaits = (rows: WaitsRow[], lines: WaitLine[]): Sheet => [
  ["Area", "People", ...lines.map(over), "Longest"],
  ...rows.map((row) => [
    row.name,
    ...[row.people, ...row.past].map(peopleCell),
    row.longestMinutes === null ? "" : minutes(row.longestMinutes),
  ]),
];

/** Everyone in the department as a mark by hours since arrival, an area a row. */
export function WaitsStrip({ label, rows, lines, now, standing = LIVE, width = 460 }: WaitsStripProps) {
  if (!hasFacts(standing) || rows.length === 0) return <Nothing standing={standing} now={now} />;
  const hours = lastHour(rows, lines);
  const x = linear({ from: 0, to: hours * 60 }, { from: 4, to: width - 6 });
  const breach = lines.find((each) => each.breach)?.minutes ?? Number.POSITIVE_INFINITY;
  const ticks = Array.from({ length: Math.floor(hours / 4) + 1 }, (_, index) => index * 4);
  const stands = standingInWords(standing, now);
  return (
    <Region label={label}>
      <table class="waits" data-standing={standing.kind}>
        <caption class="hidden">
          {label}, by hours since arrival{stands && `, ${stands}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Area</span>
            </th>
            <th scope="col" class="waits-number">
              <span class="hidden">People</span>
            </th>
            <th scope="col">
              <span class="hidden">Each person by hours since arrival</span>
              <svg class="chart" width={width} height="16" aria-hidden="true">
                {lines.map((each) => (
                  <text key={each.minutes} class="chart-say" x={x(each.minutes) + 3} y="12">
                    {each.label}
                  </text>
                ))}
              </svg>
            </th>
            {lines.map((each) => (
              <th key={each.minutes} scope="col" class="waits-number">
                {over(each)}
              </th>
            ))}
            <th scope="col" class="waits-number">
              longest
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.code}>
              <th scope="row">
                <b>{row.name}</b>
                {row.note && <span class="waits-note">{row.note}</span>}
              </th>
              <td class="waits-number waits-people">{count(row.people)}</td>
              <td>
                <Marks row={row} x={x} width={width} lines={lines} breach={breach} />
              </td>
              {row.past.map((each, index) => (
                <td key={lines[index]?.minutes} class={each > 0 ? "waits-number waits-some" : "waits-number"}>
                  {count(each)}
                </td>
              ))}
              <td class="waits-number">{row.longestMinutes === null ? "–" : minutes(row.longestMinutes)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot aria-hidden="true">
          <tr>
            <th colSpan={2}>Hours since arrival</th>
            <td>
              <svg class="chart" width={width} height="16" aria-hidden="true">
                {ticks.map((hour) => (
                  <text key={hour} class="chart-middle" x={x(hour * 60)} y="12">
                    {hour}
                  </text>
                ))}
              </svg>
            </td>
            <td colSpan={lines.length + 1} />
          </tr>
        </tfoot>
      </table>
      <div class="waits-foot">
        <span class="waits-axis">
          {stands && <b>{stands}</b>}
          <svg width="10" height="10" aria-hidden="true">
            <circle class="wait wait-decided" cx="5" cy="5" r="2.5" />
          </svg>
          decided to admit
          <svg width="10" height="10" aria-hidden="true">
            <circle class="wait" cx="5" cy="5" r="2.5" />
          </svg>
          not yet decided
        </span>
      </div>
    </Region>
  );
}

function Marks({
  row,
  x,
  width,
  lines,
  breach,
}: {
  row: WaitsRow;
  x(minutes: number): number;
  width: number;
  lines: WaitLine[];
  breach: number;
}) {
  const sorted = [...row.waits].sort((a, b) => a.minutes - b.minutes);
  const places = stacked(
    sorted.map((each) => Math.min(width - 4, x(each.minutes))),
    MARK + 1,
  );
  const highest = Math.max(0, ...places.map((each) => each.level));
  const pitch = Math.min(MARK + 0.5, (ROW - 8) / Math.max(1, highest));
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      {lines.map((each) => (
        <path key={each.minutes} class="wait-line" d={`M${x(each.minutes)} 0V${ROW}`} />
      ))}
      {sorted.map((each, index) => {
        const { column, level } = places[index] ?? { column: 0, level: 0 };
        const past = each.minutes >= breach ? " wait-over" : "";
        return (
          <circle
            key={index}
            class={`wait${each.decidedToAdmit ? " wait-decided" : ""}${past}`}
            cx={column * (MARK + 1)}
            cy={ROW - 5 - level * pitch}
            r={MARK / 2}
          />
        );
      })}
    </svg>
  );
}
