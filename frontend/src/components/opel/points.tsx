import type { OpelParameter, OpelStep, Value } from "../../api/types";
import { count, EN_DASH, minutes, percent } from "../../format/number";
import { Pips } from "../pips/pips";

/** What a parameter reads, as the measure it is. */
export const readingOf = (parameter: OpelParameter): Value => ({
  value: parameter.value,
  unit: parameter.unit,
  numerator: parameter.numerator,
  denominator: parameter.denominator,
  n: parameter.n,
  absent: parameter.absent,
  reason: parameter.reason,
  as_of: parameter.as_of,
  freshness: parameter.freshness,
});

/** How far to the next band, in the parameter's own unit: "1 min", "2 people". */
export function stepInWords({ amount, unit }: OpelStep): string {
  if (unit === "minutes") return amount < 1 ? "under 1 min" : minutes(Math.ceil(amount));
  if (unit === "share") return `${percent(amount)} points`;
  const words = unit === "people" ? (amount === 1 ? "person" : "people") : amount === 1 ? "bed" : "beds";
  return `${count(amount)} ${words}`;
}

/** What is said in the last column: the way to worse, or that there is none. */
export function nextInWords(parameter: OpelParameter): string {
  if (parameter.points === null) return EN_DASH;
  return parameter.to_worse ? stepInWords(parameter.to_worse) : "top band";
}

/** The headings over a parameter's points. */
export function PointsHeads() {
  return (
    <>
      <th scope="col" colSpan={2}>
        points
      </th>
      <th scope="col" class="breakdown-next">
        to next
      </th>
    </>
  );
}

/** A parameter's points, as pips and as a number, and how far it is to the next band. */
export function PointsCells({ parameter }: { parameter: OpelParameter }) {
  const { points } = parameter;
  return (
    <>
      <td>{points !== null && <Pips points={points as 0 | 1 | 2 | 3} />}</td>
      <td class="breakdown-number">{points ?? EN_DASH}</td>
      <td class="breakdown-next">{nextInWords(parameter)}</td>
    </>
  );
}
