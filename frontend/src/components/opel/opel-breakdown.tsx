import type { Basis, OpelBreakdown, OpelParameter } from "../../api/types";
import { count } from "../../format/number";
import { linear } from "../../scale/scale";
import "../chart/chart.css";
import { Figure } from "../figure/figure";
import { Region } from "../table/region";
import { cellOf, type Sheet } from "../table/sheet";
import { levelInWords, scoreInWords } from "./opel-level";
import { nextInWords, PointsCells, PointsHeads, readingOf } from "./points";
import "./opel-breakdown.css";

/** Where each band begins and how far a reading stands along them: a band is a quarter, whatever its width. */
export function alongBands({ bands, value, band }: OpelParameter): number | null {
  if (value === null || band === null) return null;
  const from = bands[band]?.edge ?? null;
  const to = bands[band + 1]?.edge ?? null;
  const [first, second] = [bands[1]?.edge ?? 0, bands[2]?.edge ?? 1];
  // The outer bands have one edge: they are drawn as wide as the band beside them.
  const width = Math.abs(second - first) || 1;
  const away = from === null ? 1 - Math.abs((to ?? 0) - value) / width : Math.abs(value - from);
  const share = from === null ? away : to === null ? away / width : away / Math.abs(to - from);
  return band + Math.min(0.97, Math.max(0.03, share));
}

const edgeInWords = (edge: number, unit: OpelParameter["unit"]) =>
  count(unit === "share" ? edge * 100 : edge);
const WIDE = 108;

function Bands({ parameter }: { parameter: OpelParameter }) {
  const { bands, unit } = parameter;
  const x = linear({ from: 0, to: bands.length }, { from: 1, to: WIDE - 1 });
  const here = alongBands(parameter);
  return (
    <svg class="chart" width={WIDE} height="24" aria-hidden="true">
      {bands.map((band, index) => (
        <g key={index}>
          <rect class={`band-${band.points}`} x={x(index)} y="3" width={x(1) - x(0)} height="8" />
          {band.edge !== null && (
            <text class="chart-middle" x={x(index)} y="22">
              {edgeInWords(band.edge, unit)}
            </text>
          )}
        </g>
      ))}
      {here !== null && <path class="band-here" d={`M${x(here).toFixed(1)} 0v14`} />}
    </svg>
  );
}

const basisWords: Record<Basis, string> = {
  published: "published",
  fits_data: "fits observed data",
  memory: "from memory",
  placeholder: "placeholder, none published",
};
const order: Basis[] = ["published", "fits_data", "memory", "placeholder"];

/** Where the bands of a parameter come from: the least sure of them. */
export const basisOf = ({ bands }: OpelParameter): Basis =>
  bands.reduce<Basis>(
    (least, { basis }) => (order.indexOf(basis) > order.indexOf(least) ? basis : least),
    "published",
  );

function BasisMark({ basis }: { basis: Basis }) {
  return (
    <svg width="10" height="10" role="img" aria-label={`Bands: ${basisWords[basis]}`}>
      {basis === "placeholder" ? (
        <path class="basis-edge" d="M2 2l6 6m0-6l-6 6" />
      ) : (
        <circle
          class={basis === "published" ? "basis-edge basis-full" : "basis-edge"}
          cx="5"
          cy="5"
          r="3.5"
        />
      )}
      {basis === "fits_data" && <path class="basis-full" d="M5 1.5a3.5 3.5 0 0 1 0 7Z" />}
    </svg>
  );
}

/** The parameters of a level as text, for copy and export. */
export const sheetOfParameters = (parameters: OpelParameter[], now: number): Sheet => [
  ["Parameter", "Now", "Points", "To next", "Bands from", "Bands are"],
  ...parameters.map((each) => [
    [each.name, each.note].filter(Boolean).join(", "),
    cellOf(readingOf(each), now),
    each.points === null ? "" : String(each.points),
    nextInWords(each),
    each.bands.flatMap(({ edge }) => (edge === null ? [] : [edgeInWords(edge, each.unit)])).join("; "),
    basisWords[basisOf(each)],
  ]),
];

export interface OpelBreakdownProps {
  opel: OpelBreakdown;
  /** The name of the edition, in full. */
  edition: string;
  /** Whose figures they are, as a figure is explained by. */
  site: string;
  now: number;
}

/** A level parameter by parameter: the reading, its counts, where it stands in its bands, its points, and what is next. */
export function OpelBreakdownTable({ opel, edition, site, now }: OpelBreakdownProps) {
  const { calculated, parameters, name } = opel;
  if (calculated.level_least === null && parameters.some((each) => each.absent === "not_applicable"))
    return <p class="nothing">No level: {calculated.why ?? "nothing is scored here"}.</p>;
  const used = order.filter((basis) => parameters.some((each) => basisOf(each) === basis));
  const without = calculated.without_placeholders;
  return (
    <>
      <Region label={`OPEL of ${name}, parameter by parameter`}>
        <table class="breakdown">
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col" class="breakdown-number">
                now
              </th>
              <th scope="col">counts</th>
              <th scope="col">worse to the right</th>
              <PointsHeads />
              <th scope="col">
                <span class="hidden">Bands come from</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((each) => {
              const reading = readingOf(each);
              const counted =
                each.numerator !== null && each.denominator !== null
                  ? `${count(each.numerator)} of ${count(each.denominator)}`
                  : each.n !== null
                    ? `n ${count(each.n)}`
                    : "";
              return (
                <tr key={each.code} data-row={each.code}>
                  <th scope="row">
                    {each.name}
                    {each.note && <span class="breakdown-note">{each.note}</span>}
                  </th>
                  <td class="breakdown-number">
                    <Figure
                      measure={each.measure}
                      site={site}
                      value={reading}
                      now={now}
                      label={`${each.name}, ${name}`}
                      detail=""
                    />
                  </td>
                  <td class="breakdown-counts">{each.absent === null ? counted : ""}</td>
                  <td>
                    <Bands parameter={each} />
                  </td>
                  <PointsCells parameter={each} />
                  <td class="breakdown-basis">
                    <BasisMark basis={basisOf(each)} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Region>
      <p class="breakdown-why">
        {calculated.why && `${calculated.why.charAt(0).toUpperCase()}${calculated.why.slice(1)}. `}
        Bands:{" "}
        {used.map((basis) => (
          <span key={basis} class="basis-key">
            <BasisMark basis={basis} /> {basisWords[basis]}
          </span>
        ))}
        {without && used.includes("placeholder") && (
          <>
            Without the placeholders: {levelInWords({ ...opelSummary(opel), ...without })},{" "}
            {scoreInWords({ ...opelSummary(opel), ...without })}.{" "}
          </>
        )}
        {edition}.
      </p>
    </>
  );
}

const opelSummary = ({ calculated, edition, local }: OpelBreakdown) => ({
  edition,
  local,
  of: calculated.of,
  indicative: calculated.indicative,
  declared: null,
  told: null,
  holds: null,
  breakdown: "",
});
