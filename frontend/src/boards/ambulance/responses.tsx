import { Figure } from "../../components/figure/figure";
import { targetInWords } from "../../components/line-mark/line-mark";
import { doesNotApply } from "../../components/site-table/rows";
import { cellOf } from "../../components/table/sheet";
import { TakeAway } from "../../components/table/take-away";
import type { Seen } from "../frame/desk";
import { standsAgainst } from "../frame/on-wall";

const CATEGORIES = ["1", "2", "3", "4"];
const KINDS = [
  { key: "mean", title: "Mean" },
  { key: "90th", title: "90th centile" },
];
const measureOf = (category: string, kind: string) => `ambulance.response_c${category}_${kind}_today`;

/** How soon the calls of each category were reached today, in the whole system. */
export function Responses({ seen }: { seen: Seen }) {
  const { overview, definitions, now } = seen;
  const place = overview.system.name;
  const plan = (measure: string) => targetInWords(definitions.get(measure)) || "no plan";
  const value = (measure: string) => overview.totals[measure] ?? doesNotApply;
  return (
    <section class="card">
      <div class="service-head">
        <h2 id="responses">
          Response by category <span>today, whole system, from the call to the first crew on scene</span>
        </h2>
        <TakeAway
          title="Response by category"
          sheet={() => [
            ["Category", ...KINDS.flatMap(({ title }) => [title, "Plan"])],
            ...CATEGORIES.map((category) => [
              `Category ${category}`,
              ...KINDS.flatMap(({ key }) => {
                const measure = measureOf(category, key);
                return [cellOf(overview.totals[measure], now), plan(measure)];
              }),
            ]),
          ]}
          now={now}
        />
      </div>
      <table class="sites responses" aria-labelledby="responses">
        <thead>
          <tr>
            <th scope="col" class="row-name">
              <span class="sort">Measure</span>
            </th>
            {CATEGORIES.map((category) => (
              <th key={category} scope="col">
                <span class="sort">Category {category}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {KINDS.map(({ key, title }) => (
            <tr key={key} data-row={key}>
              <th scope="row" class="row-name">
                <span class="row-site">{title}</span>
              </th>
              {CATEGORIES.map((category) => {
                const measure = measureOf(category, key);
                const reading = value(measure);
                return (
                  <td key={category} data-stands={standsAgainst(reading, measure, definitions)}>
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
    </section>
  );
}
