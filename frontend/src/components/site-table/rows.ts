import type { Measures, Site, Value } from "../../api/types";
import { inOrder, mostNeedFirst, NEED, type Order, pressedOrder } from "../table/order";
import { cellOf, type Sheet } from "../table/sheet";
import type { Column } from "./site-table";

/** By need, or by a measure's name. */
export type Sort = Order;

export const byNeed: Sort = mostNeedFirst;
export const pressed = pressedOrder;

const FEW = 2.5;

/** Few people are more than none and fewer than many, also where a wall does not say how many. */
const keyOf = (value: Value | undefined): number | null =>
  value?.absent === "suppressed" && value.unit === "people" ? FEW : (value?.value ?? null);

/** In order; a site with no reading comes last whichever way the column is sorted, and equals go by name. */
export const sorted = (sites: Site[], sort: Sort): Site[] =>
  inOrder(
    [...sites].sort((a, b) => a.name.localeCompare(b.name)),
    sort,
    (site, column) => (column === NEED ? site.need : keyOf(site.measures[column])),
  );

/** The table as it is shown, for copy and export. */
export function sheetOfSites(
  columns: Column[],
  sites: Site[],
  total: { name: string; measures: Measures } | undefined,
  now: number,
): Sheet {
  const each = columns.flatMap(({ measure, title, note, beside }) => [
    { measure, heading: [title, note].filter(Boolean).join(", ") },
    ...(beside ? [{ measure: beside.measure, heading: `${title}, ${beside.word}` }] : []),
  ]);
  const row = (name: string, measures: Measures) => [
    name,
    ...each.map(({ measure }) => cellOf(measures[measure], now)),
  ];
  return [
    ["Site", ...each.map(({ heading }) => heading)],
    ...sites.map((site) => row(site.short_name, site.measures)),
    ...(total ? [row(total.name, total.measures)] : []),
  ];
}

export const doesNotApply: Value = {
  value: null,
  unit: "count",
  numerator: null,
  denominator: null,
  n: null,
  absent: "not_applicable",
  reason: null,
  as_of: null,
  freshness: "live",
};

export type Cell =
  | { kind: "reading"; column: Column; value: Value }
  | { kind: "none"; columns: Column[]; value: Value };

/** Whether two readings are absent for one reason: where a service leaves a figure out, another may say why. */
const isSameAbsence = (one: Value, other: Value) =>
  one.absent === other.absent &&
  (one.reason === other.reason ||
    (one.absent === "not_applicable" && (one.reason === null || other.reason === null)));

/** The cells of a row. A run of readings absent for the same reason becomes one wide cell. */
export function rowOf(measures: Measures, columns: Column[]): Cell[] {
  const cells: Cell[] = [];
  for (const column of columns) {
    const value = measures[column.measure] ?? { ...doesNotApply, reason: column.none ?? null };
    const last = cells.at(-1);
    if (value.absent === null) cells.push({ kind: "reading", column, value });
    else if (last?.kind === "none" && isSameAbsence(last.value, value)) {
      last.columns.push(column);
      if (last.value.reason === null) last.value = value;
    } else cells.push({ kind: "none", columns: [column], value });
  }
  // One empty cell alone is narrow: it shows a dash with a short reason, as any figure does.
  return cells.map((cell) => {
    const [only] = cell.kind === "none" && cell.columns.length === 1 ? cell.columns : [];
    return cell.kind === "none" && only ? { kind: "reading", column: only, value: cell.value } : cell;
  });
}
