import { count } from "../../format/number";
import { isFew } from "../../format/small";
import { linear, stacked } from "../../scale/scale";
import "../chart/chart.css";
import { hasFacts, LIVE, Nothing, type Standing } from "../standing/standing";
import { Region } from "../table/region";
import { peopleCell, type Sheet } from "../table/sheet";
import "./leave-strip.css";

/** People who could leave, by days since then. */
export interface LeaveLine {
  name: string;
  note?: string;
  days: number[];
  median: number | null;
}

export interface LeaveStripProps {
  label: string;
  rows: LeaveLine[];
  now: number;
  standing?: Standing;
  /** Of the days. */
  width?: number;
}

const WIDE = 220;
const MARK = 4;
/** The line at three weeks; the axis ends at twice that, and what is longer stands at its end. */
const LINE = 21;
const LAST = 42;
const ROW = 26;

/** The pathways with their people and the median of their days, for copy and export. */
export const sheetOfLeave = (rows: LeaveLine[]): Sheet => [
  ["Pathway", "People", "Median days"],
  ...rows.map(({ name, note, days, median }) => [
    [name, note].filter(Boolean).join(", "),
    peopleCell(days.length),
    median === null || isFew(days.length) ? "" : count(median),
  ]),
];

/** Everyone with no criteria to reside as a mark by days without criteria to reside, a pathway a row. */
export function LeaveStrip({ label, rows, now, standing = LIVE, width = WIDE }: LeaveStripProps) {
  if (!hasFacts(standing)) return <Nothing standing={standing} now={now} />;
  const x = linear({ from: 0, to: LAST }, { from: 3, to: width - 10 });
  return (
    <Region label={label}>
      <table class="leave" data-standing={standing.kind}>
        <caption class="hidden">{label}, by days without criteria to reside</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Pathway</span>
            </th>
            <th scope="col" class="leave-number">
              <span class="hidden">People</span>
            </th>
            <th scope="col">
              <span class="hidden">Each person by days without criteria to reside</span>
              <svg class="chart" width={width} height="14" aria-hidden="true">
                <text class="chart-say" x={x(LINE) + 3} y="11">
                  21 days
                </text>
              </svg>
            </th>
            <th scope="col" class="leave-number">
              median days
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                <b>{row.name}</b>
                {row.note && <span class="leave-note">{row.note}</span>}
              </th>
              <td class="leave-number leave-people">{count(row.days.length)}</td>
              <td>
                <Marks days={row.days} x={x} width={width} />
              </td>
              <td class="leave-number">{row.median === null ? "–" : count(row.median)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot aria-hidden="true">
          <tr>
            <th colSpan={2}>Days without criteria</th>
            <td>
              <svg class="chart" width={width} height="14" aria-hidden="true">
                {[0, 7, 14, 21, 28, 35, 42]
                  .filter((day) => width >= WIDE || day % 14 === 0)
                  .map((day) => (
                    <text key={day} class="chart-middle" x={x(day)} y="11">
                      {day === LAST ? "42+" : day}
                    </text>
                  ))}
              </svg>
            </td>
            <td />
          </tr>
        </tfoot>
      </table>
    </Region>
  );
}

function Marks({ days, x, width }: { days: number[]; x(day: number): number; width: number }) {
  const places = stacked(
    days.map((day) => x(Math.min(LAST, day))),
    MARK + 1,
  );
  const highest = Math.max(0, ...places.map((each) => each.level));
  const pitch = Math.min(MARK + 1, (ROW - MARK) / Math.max(1, highest));
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      <path class="leave-line" d={`M${x(LINE)} 0V${ROW}`} />
      {places.map(({ column, level }, index) => (
        <rect
          key={index}
          class="leave-mark"
          x={column * (MARK + 1) - MARK / 2}
          y={ROW - 1 - MARK - level * pitch}
          width={MARK}
          height={MARK}
        />
      ))}
    </svg>
  );
}
