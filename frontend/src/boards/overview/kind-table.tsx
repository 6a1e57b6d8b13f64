import { useState } from "preact/hooks";
import type { Site } from "../../api/types";
import { byNeed, pressed, type Sort, sorted } from "../../components/site-table/rows";
import { SiteTable } from "../../components/site-table/site-table";
import { kindInWords, otherColumns } from "../frame/columns";

export interface KindTableProps {
  kind: string;
  sites: Site[];
  selected: string | null;
  now: number;
}

/** The sites of one kind, with only the measures that apply to that kind. */
export function KindTable({ kind, sites, selected, now }: KindTableProps) {
  const [sort, setSort] = useState<Sort>(byNeed);
  const those = sorted(
    sites.filter((site) => site.kind === kind),
    sort,
  );
  return (
    <section class="card kind">
      <h2 id={`kind-${kind}`}>
        {kindInWords(kind)} <span>{those.length}</span>
      </h2>
      <SiteTable
        id={`kind-${kind}`}
        columns={otherColumns(those)}
        sites={those}
        sort={sort}
        onSort={(column) => setSort(pressed(sort, column))}
        selected={selected}
        now={now}
      />
    </section>
  );
}
