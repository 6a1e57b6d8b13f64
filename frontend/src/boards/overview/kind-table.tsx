import { useState } from "preact/hooks";
import type { Site } from "../../api/types";
import { byNeed, pressed, type Sort, sheetOfSites, sorted } from "../../components/site-table/rows";
import { SiteTable } from "../../components/site-table/site-table";
import { kindInWords, otherColumns } from "../frame/columns";
import { PartHead } from "../frame/part-head";

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
  const columns = otherColumns(those);
  const title = kindInWords(kind);
  return (
    <section class="card kind">
      <PartHead
        id={`kind-${kind}`}
        title={title}
        note={those.length}
        away={{ name: title, sheet: () => sheetOfSites(columns, those, undefined, now), now }}
      />
      <SiteTable
        id={`kind-${kind}`}
        columns={columns}
        sites={those}
        sort={sort}
        onSort={(column) => setSort(pressed(sort, column))}
        selected={selected}
        now={now}
      />
    </section>
  );
}
