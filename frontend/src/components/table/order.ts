/** How a table is sorted: by a column's key, or by need. */
export interface Order {
  column: string;
  descending: boolean;
}

export const NEED = "need";
export const mostNeedFirst: Order = { column: NEED, descending: true };

/** A second press turns the order round; need is always worst first. */
export const pressedOrder = (order: Order, column: string): Order =>
  column === NEED || order.column !== column
    ? { column, descending: true }
    : { column, descending: !order.descending };

/** In order, and stable; what has no value comes last whichever way it is sorted. */
export function inOrder<Row>(
  rows: Row[],
  order: Order,
  keyOf: (row: Row, column: string) => number | string | null,
): Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row, order.column) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    const up =
      typeof a.key === "number" && typeof b.key === "number"
        ? a.key - b.key
        : String(a.key).localeCompare(String(b.key), "en-GB");
    return order.descending ? -up : up;
  });
  return keyed.map(({ row }) => row);
}
