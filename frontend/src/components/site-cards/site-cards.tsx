import type { ComponentChildren } from "preact";
import type { Measures, Site } from "../../api/types";
import { absenceInFull } from "../../format/number";
import { Figure } from "../figure/figure";
import { rowOf } from "../site-table/rows";
import type { Column } from "../site-table/site-table";
import "./site-cards.css";

export interface SiteCardsProps {
  id: string;
  columns: Column[];
  sites: Site[];
  total?: { name: string; under?: string; measures: Measures };
  selected: string | null;
  now: number;
  under?(site: Site): string | undefined;
  /** What stands beside a site's name: its level, where it has one. */
  mark?(site: Site): ComponentChildren;
  /** What is drawn of a site, over its figures. */
  draw?(site: Site): ComponentChildren;
}

/** The rows of a table as cards, for a screen that is narrower than the table. */
export function SiteCards({ id, columns, sites, total, selected, now, under, mark, draw }: SiteCardsProps) {
  return (
    <ul class="cards" aria-labelledby={id}>
      {sites.map((site) => (
        <Card
          key={site.code}
          code={site.code}
          name={site.short_name}
          under={under?.(site)}
          measures={site.measures}
          columns={columns}
          selected={selected === site.code}
          now={now}
          mark={mark?.(site)}
          drawing={draw?.(site)}
        />
      ))}
      {total && (
        <Card
          code="system"
          name={total.name}
          under={total.under}
          measures={total.measures}
          columns={columns}
          selected={false}
          now={now}
        />
      )}
    </ul>
  );
}

interface CardProps {
  code: string;
  name: string;
  under?: string;
  measures: Measures;
  columns: Column[];
  selected: boolean;
  now: number;
  mark?: ComponentChildren;
  drawing?: ComponentChildren;
}

function Card({ code, name, under, measures, columns, selected, now, mark, drawing }: CardProps) {
  return (
    <li class="site-card" data-row={code} aria-current={selected ? "true" : undefined}>
      <h3>
        {mark}
        {code === "system" ? (
          name
        ) : (
          <a class="row-site" href={`/site/${code}`}>
            {name}
          </a>
        )}{" "}
        {under && <span>{under}</span>}
      </h3>
      {drawing}
      <div class="site-card-figures">
        {rowOf(measures, columns).map((cell) =>
          cell.kind === "reading" ? (
            <div key={cell.column.measure}>
              <Figure
                measure={cell.column.measure}
                site={code}
                value={cell.value}
                now={now}
                label={`${cell.column.title}, ${name}`}
              />
              <span class="site-card-label">{cell.column.title}</span>
            </div>
          ) : (
            <button
              key={cell.columns[0]?.measure}
              type="button"
              class="row-reason site-card-none"
              data-measure={cell.columns[0]?.measure}
              data-site={code}
              data-state="absent"
            >
              {cell.columns.map((each) => each.title).join(", ")}: {absenceInFull(cell.value)}
            </button>
          ),
        )}
      </div>
    </li>
  );
}
