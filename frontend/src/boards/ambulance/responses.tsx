import { Figure } from "../../components/figure/figure";
import { doesNotApply } from "../../components/site-table/rows";
import { Region } from "../../components/table/region";
import { cellOf, type Sheet } from "../../components/table/sheet";
import { targetInWords } from "../../format/target";
import { standsAgainst } from "../frame/on-wall";
import { PartHead } from "../frame/part-head";
import type { Drawn } from "../service/board";

const CATEGORIES = ["1", "2", "3", "4"];
const KINDS = [
  { key: "mean", title: "Mean" },
  { key: "90th", title: "90th centile" },
];
const measureOf = (category: string, kind: string) => `ambulance.response_c${category}_${kind}_today`;

/** How soon the calls of each category were reached today, in the whole system. */
export function Responses({ drawn }: { drawn: Drawn }) {
  const { picture, definitions, now } = drawn;
  const { overview, totals } = picture;
  const place = overview.system.name;
  const plan = (measure: string) => targetInWords(definitions.get(measure)) || "no plan";
  const value = (measure: string) => totals[measure] ?? doesNotApply;
  const sheet = (): Sheet => [
    ["Category", ...KINDS.flatMap(({ title }) => [title, "Plan"])],
    ...CATEGORIES.map((category) => [
      `Category ${category}`,
      ...KINDS.flatMap(({ key }) => {
        const measure = measureOf(category, key);
        return [cellOf(totals[measure], now), plan(measure)];
      }),
    ]),
  ];
  return (
    <section class="card">
      <PartHead
        id="responses"
        title="Response by category"
        note="today, whole system, from the call to the first crew on scene"
        away={{ name: "Response by category", sheet, now }}
      />
      <Region label="Response by category">
        <table class="sites responses" aria-labelledby="responses">
          <thead>
            <tr>
              <th scope="col" class="row-name">
                <span class="sort">Category</span>
              </th>
              {KINDS.map(({ key, title }) => (
                <th key={key} scope="col">
                  <span class="sort">{title}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {CATEGORIES.map((category) => (
              <tr key={category} data-row={`C${category}`}>
                <th scope="row" class="row-name">
                  <span class="row-site">Category {category}</span>
                </th>
                {KINDS.map(({ key, title }) => {
                  const measure = measureOf(category, key);
                  const reading = value(measure);
                  return (
                    <td key={key} data-stands={standsAgainst(reading, measure, definitions)}>
                      <Figure
                        measure={measure}
                        site="system"
                        value={reading}
                        now={now}
                        label={`Category ${category}, ${title}, ${place}`}
                        detail={`${plan(measure)}, n ${reading.n ?? 0}`}
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Region>
    </section>
  );
}
