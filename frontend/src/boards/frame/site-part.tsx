import { useMemo, useState } from "preact/hooks";
import type { Site } from "../../api/types";
import { byNeed, pressed, type Sort, sheetOfSites, sorted } from "../../components/site-table/rows";
import { type Column, SiteTable } from "../../components/site-table/site-table";
import { TakeAway } from "../../components/table/take-away";
import { spreadOf } from "./columns";
import type { Seen } from "./desk";

export interface SitePartProps {
  id: string;
  title: string;
  note: string;
  sites: Site[];
  /** drawn: its readings stand against one axis, with the plan. */
  columns: (Omit<Column, "mark"> & { drawn?: boolean })[];
  seen: Seen;
  /** Whether the whole system stands under the sites. */
  total?: boolean;
  /** Low rows, for many sites of little. */
  low?: boolean;
}

/** A card with a table of sites, by need or by a column, to be copied and saved as it is shown. */
export function SitePart({ id, title, note, sites, columns, seen, total, low }: SitePartProps) {
  const [sort, setSort] = useState<Sort>(byNeed);
  const { overview, definitions, selected, now } = seen;
  const rows = useMemo(() => sorted(sites, sort), [sites, sort]);
  const drawn = columns.map(({ drawn, ...column }) => {
    const spread = drawn ? spreadOf(sites, column.measure, definitions) : null;
    return { ...column, mark: spread && { axis: spread.axis, target: spread.target } };
  });
  const whole = total
    ? { name: overview.system.name, under: "whole system", measures: overview.totals }
    : undefined;
  return (
    <section class={low ? "card service-low" : "card"}>
      <div class="service-head">
        <h2 id={id}>
          {title} <span>{note}</span>
        </h2>
        <TakeAway title={title} sheet={() => sheetOfSites(drawn, rows, whole, now)} now={now} />
      </div>
      <SiteTable
        id={id}
        columns={drawn}
        sites={rows}
        total={whole}
        sort={sort}
        onSort={(column) => setSort(pressed(sort, column))}
        selected={selected}
        now={now}
      />
    </section>
  );
}
