import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { hasFacts, LIVE, Nothing, type Standing, standingInWords } from "../standing/standing";
import { inOrder, mostNeedFirst, NEED, type Order, pressedOrder } from "./order";
import { Region } from "./region";
import type { Sheet } from "./sheet";
import { TakeAway } from "./take-away";
import "./data-table.css";
import "./sort.css";

export interface DataColumn<Row> {
  key: string;
  title: string;
  note?: string;
  /** Figures stand to the right. */
  figure?: boolean;
  /** What the column is sorted by; without it, the column does not sort. */
  sortBy?(row: Row): number | string | null;
  cell(row: Row): ComponentChildren;
  /** The same cell as text, for copy and export. */
  text(row: Row): string;
}

export interface DataTableProps<Row> {
  id: string;
  title: string;
  /** Beside the title: where there is more of it. */
  note?: ComponentChildren;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowKey(row: Row): string;
  /** Bigger is worse; without it, the rows keep the order they came in. */
  need?(row: Row): number | null;
  now: number;
  standing?: Standing;
  /** What is said where there are no rows. */
  empty: string;
  /** Of its heading on the page. */
  level?: 2 | 3;
}

/** The table as it is shown, for copy and export. */
export const sheetOf = <Row,>(columns: DataColumn<Row>[], rows: Row[]): Sheet => [
  columns.map((column) => [column.title, column.note].filter(Boolean).join(", ")),
  ...rows.map((row) => columns.map((column) => column.text(row))),
];

/** A table that sorts by need, or by any column, and can be copied and exported as it is shown. */
export function DataTable<Row>({
  id,
  title,
  note,
  columns,
  rows,
  rowKey,
  need,
  now,
  standing = LIVE,
  empty,
  level = 3,
}: DataTableProps<Row>) {
  const Title = level === 2 ? "h2" : "h3";
  const [order, setOrder] = useState<Order>(mostNeedFirst);
  const keyOf = (row: Row, key: string) =>
    key === NEED ? (need?.(row) ?? null) : (columns.find((each) => each.key === key)?.sortBy?.(row) ?? null);
  const shown = order.column === NEED && !need ? rows : inOrder(rows, order, keyOf);
  const ariaSort = (key: string) =>
    order.column === key ? (order.descending ? "descending" : "ascending") : undefined;
  const stands = standingInWords(standing, now);
  return (
    <div class="data" data-standing={standing.kind}>
      <div class="data-head">
        <Title id={id}>{title}</Title>
        {note && <span class="data-note">{note}</span>}
        {hasFacts(standing) && stands && <span class="data-stands">{stands}</span>}
        {need && order.column !== NEED && (
          <button type="button" class="data-need" onClick={() => setOrder(mostNeedFirst)}>
            Sort by need
          </button>
        )}
        <TakeAway title={title} sheet={() => sheetOf(columns, shown)} now={now} />
      </div>
      {!hasFacts(standing) ? (
        <div class="data-none">
          <Nothing standing={standing} now={now} />
        </div>
      ) : rows.length === 0 ? (
        <p class="data-none nothing">{empty}</p>
      ) : (
        <Region label={title}>
          <table class="data-table" aria-labelledby={id}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th
                    key={column.key}
                    scope="col"
                    class={column.figure ? "data-figure" : undefined}
                    aria-sort={ariaSort(column.key)}
                  >
                    {column.sortBy ? (
                      <button
                        type="button"
                        class="sort"
                        onClick={() => setOrder(pressedOrder(order, column.key))}
                      >
                        <Heading column={column} />
                      </button>
                    ) : (
                      <Heading column={column} />
                    )}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={rowKey(row)} data-row={rowKey(row)}>
                  {columns.map((column, index) =>
                    index === 0 ? (
                      <th key={column.key} scope="row">
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.key} class={column.figure ? "data-figure" : undefined}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
    </div>
  );
}

function Heading<Row>({ column }: { column: DataColumn<Row> }) {
  return (
    <>
      <span class="sort-title">{column.title}</span>
      {column.note && <span class="sort-note">{column.note}</span>}
    </>
  );
}
