import type { Value } from "../../api/types";
import { absence, counts, inWords } from "../../format/number";
import { cellOf, type Sheet } from "../table/sheet";

export interface SpreadRow {
  code: string;
  name: string;
  value: Value;
  chosen: boolean;
}

/** The places with their figures, for copy and export. */
export const sheetOfSpread = (title: string, rows: SpreadRow[], now: number): Sheet => [
  ["Place", title],
  ...rows.map(({ name, value }) => [name, cellOf(value, now)]),
];

const WIDTH = 104;

/** One measure at every site on one axis that starts at nought. */
export function Spread({ rows, target }: { rows: SpreadRow[]; target: number | null }) {
  const greatest = Math.max(0, target ?? 0, ...rows.map((row) => row.value.value ?? 0));
  const x = (value: number) => 5 + (greatest > 0 ? value / greatest : 0) * (WIDTH - 10);
  return (
    <table class="spread">
      <thead class="hidden">
        <tr>
          <th scope="col">Site</th>
          <th scope="col">Place on the axis</th>
          <th scope="col">Value</th>
          <th scope="col">Counts</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ code, name, value, chosen }) => (
          <tr
            key={code}
            class={chosen ? "spread-chosen" : undefined}
            aria-current={chosen ? "true" : undefined}
          >
            <th scope="row">{name}</th>
            <td>
              {value.absent === null && value.value !== null && (
                <svg width={WIDTH} height="22" aria-hidden="true">
                  {target !== null && <path class="spread-target" d={`M${x(target)} 0V22`} />}
                  <path class="spread-line" d={`M${x(0)} 11H${x(value.value)}`} />
                  <circle class="spread-dot" cx={x(value.value)} cy="11" r="4.5" />
                </svg>
              )}
            </td>
            <td class="spread-value">{inWords(value)}</td>
            <td class="spread-counts">
              {value.absent !== null
                ? absence(value)
                : value.freshness === "live"
                  ? counts(value)
                  : value.freshness}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
