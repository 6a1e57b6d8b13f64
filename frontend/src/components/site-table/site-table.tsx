import type { ComponentChildren } from "preact";
import type { Measures, OpelSummary, Site, Value } from "../../api/types";
import { absenceInFull } from "../../format/number";
import type { Target } from "../../format/target";
import type { Extent } from "../../scale/scale";
import type { Point } from "../../scale/series";
import { Figure } from "../figure/figure";
import { OpelCell } from "../opel/opel-level";
import { DaySpark } from "../spark/day-spark";
import "../table/region.css";
import "../table/sort.css";
import { rowOf, type Sort } from "./rows";
import "./site-table.css";

export interface Column {
  /** The measure's name, which also names the column for sorting. */
  measure: string;
  title: string;
  /** Why a site has no such figure, where its service leaves it out: "no such beds". */
  none?: string;
  note?: string;
  /** A second measure in the same cell, with the word after it. */
  beside?: { measure: string; word: string };
  /** The last day of each site is drawn beside its figure, on one scale for the whole column. */
  day?: { of(site: string): Point[]; extent: Extent | null; target: Target | null } | null;
  /** Something else is drawn beside the figure, from all the figures of the row. */
  draw?(measures: Measures): ComponentChildren;
}

export interface SiteTableProps {
  id: string;
  columns: Column[];
  sites: Site[];
  total?: { name: string; under?: string; measures: Measures };
  sort: Sort;
  onSort(column: string): void;
  selected: string | null;
  now: number;
  /** What stands under a site's name. */
  under?(site: Site): string | undefined;
  /** Left out where nobody has worked out what is ahead. */
  ahead?: AheadColumn;
}

/** A last column of what is ahead, in place of readings. */
export interface AheadColumn {
  title: string;
  note: ComponentChildren;
  draw(site: Site): ComponentChildren;
}

/** As wide as the room that `.cell-spare` keeps. */
const SPARK = 58;

/** Nothing is drawn where nothing is known now: its reason stands there already. */
function DayOf({
  value,
  day,
  site,
  now,
}: {
  value: Value;
  day: NonNullable<Column["day"]>;
  site: string;
  now: number;
}) {
  if (value.absent !== null) return <span class="cell-spare" />;
  const { of, extent, target } = day;
  return (
    <DaySpark
      points={of(site)}
      value={value}
      now={now}
      target={target}
      extent={extent}
      width={SPARK}
      height={26}
    />
  );
}

function Reading({
  value,
  column,
  site,
  name,
  now,
  children,
}: {
  value: Value;
  column: Column;
  site: string;
  name: string;
  now: number;
  children?: ComponentChildren;
}) {
  return (
    <div class="cell">
      <Figure
        measure={column.measure}
        site={site}
        value={value}
        now={now}
        label={`${column.title}, ${name}`}
      />
      {column.day &&
        (site === "system" ? (
          <span class="cell-spare" />
        ) : (
          <DayOf value={value} day={column.day} site={site} now={now} />
        ))}
      {children}
    </div>
  );
}

function Beside({
  measures,
  column,
  site,
  name,
  now,
}: {
  measures: Measures;
  column: Column;
  site: string;
  name: string;
  now: number;
}) {
  const value = column.beside && measures[column.beside.measure];
  if (!value || !column.beside || value.absent !== null) return null;
  return (
    <Figure
      measure={column.beside.measure}
      site={site}
      value={value}
      now={now}
      label={`${column.title} ${column.beside.word}, ${name}`}
      suffix={column.beside.word}
      detail=""
    />
  );
}

interface RowProps {
  code: string;
  name: string;
  under?: string;
  measures: Measures;
  /** Left out where no site of the table has a level. */
  opel?: OpelSummary | null;
  columns: Column[];
  now: number;
  selected?: boolean;
  /** The last cell, where the table has one for what is ahead. */
  ahead?: ComponentChildren;
}

/** One site and its figures. Neighbouring cells that are empty for one reason say it once. */
export function SiteRow({ code, name, under, measures, opel, columns, now, selected, ahead }: RowProps) {
  const names = (
    <>
      {code === "system" ? (
        <span class="row-site">{name}</span>
      ) : (
        <a class="row-site" href={`/site/${code}`}>
          {name}
        </a>
      )}
      {(under || opel === null) && (
        <span class="row-under">{[under, opel === null && "no level"].filter(Boolean).join(", ")}</span>
      )}
    </>
  );
  return (
    <tr
      class={code === "system" ? "row row-total" : "row"}
      data-row={code}
      aria-current={selected ? "true" : undefined}
    >
      <th scope="row" class="row-name">
        {opel === undefined ? (
          names
        ) : (
          <span class="row-level">
            <OpelCell opel={opel} />
            <span>{names}</span>
          </span>
        )}
      </th>
      {rowOf(measures, columns).map((cell) =>
        cell.kind === "reading" ? (
          <td key={cell.column.measure} class={cell.column.beside ? "two" : undefined}>
            <Reading value={cell.value} column={cell.column} site={code} name={name} now={now}>
              {cell.value.absent === null && cell.column.draw?.(measures)}
            </Reading>
            <Beside measures={measures} column={cell.column} site={code} name={name} now={now} />
          </td>
        ) : (
          <td key={cell.columns[0]?.measure} class="row-none" colSpan={cell.columns.length}>
            <button
              type="button"
              class="row-reason"
              data-measure={cell.columns[0]?.measure}
              data-site={code}
              data-state="absent"
              aria-label={`${cell.columns.map((each) => each.title).join(", ")}, ${name}: ${absenceInFull(cell.value)}. Explain`}
            >
              <span aria-hidden="true">– </span>
              {absenceInFull(cell.value)}
            </button>
          </td>
        ),
      )}
      {ahead !== undefined && <td class="row-ahead">{ahead}</td>}
    </tr>
  );
}

/** Sites and their figures; every heading sorts. */
export function SiteTable({
  id,
  columns,
  sites,
  total,
  sort,
  onSort,
  selected,
  now,
  under,
  ahead,
}: SiteTableProps) {
  const ariaSort = (column: string) =>
    sort.column === column ? (sort.descending ? "descending" : "ascending") : undefined;
  const scored = sites.filter((site) => site.opel !== null);
  const opelOf = (site: Site) => (scored.length ? site.opel : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table-region" aria-labelledby={id} tabIndex={0}>
      <table class="sites" aria-labelledby={id}>
        <thead>
          <tr>
            <th scope="col" class="row-name" aria-sort={ariaSort("need")}>
              <button type="button" class="sort" onClick={() => onSort("need")}>
                <span class="sort-title">Site</span>
                <span class="sort-note">{sort.column === "need" ? "by need" : "sort by need"}</span>
              </button>
              {scored.length > 0 && (
                <span class="row-under">
                  OPEL local{scored.some((site) => site.opel?.indicative) && ", indicative"}
                </span>
              )}
            </th>
            {columns.map((column) => (
              <th key={column.measure} scope="col" aria-sort={ariaSort(column.measure)}>
                <button type="button" class="sort" onClick={() => onSort(column.measure)}>
                  <span class="sort-title">{column.title}</span>
                  <span class="sort-note">{column.note ?? "\u00a0"}</span>
                </button>
              </th>
            ))}
            {ahead && (
              <th scope="col">
                <span class="sort">
                  <span class="sort-title">{ahead.title}</span>
                  <span class="sort-note">{ahead.note}</span>
                </span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <SiteRow
              key={site.code}
              code={site.code}
              name={site.short_name}
              under={under?.(site)}
              measures={site.measures}
              opel={opelOf(site)}
              columns={columns}
              now={now}
              selected={selected === site.code}
              ahead={ahead?.draw(site)}
            />
          ))}
        </tbody>
        {total && (
          <tfoot>
            <SiteRow
              code="system"
              name={total.name}
              under={total.under}
              measures={total.measures}
              columns={columns}
              now={now}
              ahead={ahead && ""}
            />
          </tfoot>
        )}
      </table>
    </section>
  );
}
