import type { Measures, Site, Value } from "../../api/types";
import type { Column } from "./site-table";

export interface Sort {
  /** "need", or a measure's name. */
  column: string;
  descending: boolean;
}

export const byNeed: Sort = { column: "need", descending: true };

/** A second press turns the order round; a new column starts with its greatest. */
export const pressed = (sort: Sort, column: string): Sort =>
  sort.column === column && column !== "need"
    ? { column, descending: !sort.descending }
    : { column, descending: true };

/** In order; a site with no reading comes last whichever way the column is sorted. */
export function sorted(sites: Site[], sort: Sort): Site[] {
  const of = (site: Site) =>
    sort.column === "need" ? site.need : (site.measures[sort.column]?.value ?? null);
  return [...sites].sort((a, b) => {
    const left = of(a);
    const right = of(b);
    if (left === null || right === null)
      return Number(left === null) - Number(right === null) || a.name.localeCompare(b.name);
    return (sort.descending ? right - left : left - right) || a.name.localeCompare(b.name);
  });
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

/** The cells of a row. A run of readings absent for the same reason becomes one wide cell. */
export function rowOf(measures: Measures, columns: Column[]): Cell[] {
  const cells: Cell[] = [];
  for (const column of columns) {
    const value = measures[column.measure] ?? doesNotApply;
    const last = cells.at(-1);
    if (value.absent === null) cells.push({ kind: "reading", column, value });
    else if (
      last?.kind === "none" &&
      last.value.absent === value.absent &&
      last.value.reason === value.reason
    )
      last.columns.push(column);
    else cells.push({ kind: "none", columns: [column], value });
  }
  // One empty cell alone is narrow: it shows a dash with a short reason, as any figure does.
  return cells.map((cell) => {
    const [only] = cell.kind === "none" && cell.columns.length === 1 ? cell.columns : [];
    return cell.kind === "none" && only ? { kind: "reading", column: only, value: cell.value } : cell;
  });
}
