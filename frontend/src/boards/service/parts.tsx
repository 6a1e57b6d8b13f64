import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Measures, Site } from "../../api/types";
import { SiteCards } from "../../components/site-cards/site-cards";
import { byNeed, pressed, type Sort, sheetOfSites, sorted } from "../../components/site-table/rows";
import { SiteTable } from "../../components/site-table/site-table";
import { Tile } from "../../components/tile/tile";
import { hours } from "../../store";
import { columnsOf, dayOf, type Plan, townOf } from "../frame/columns";
import { useNarrow } from "../frame/narrow";
import { PartHead, type PartHeadProps } from "../frame/part-head";
import type { Drawn } from "./board";

export interface TilePlan {
  measure: string;
  label: string;
  /** What stands under the figure while there is nothing to say of its age. */
  detail?: string | ((totals: Measures) => string | undefined);
}

/** The system's headline figures, each with its last day. */
export function Headlines({
  plans,
  drawn,
  title = "System now",
}: {
  plans: TilePlan[];
  drawn: Drawn;
  title?: string;
}) {
  const { totals, overview } = drawn.picture;
  return (
    <section class="card tiles" aria-label={title}>
      {plans.map(({ measure, label, detail }) => (
        <Tile
          key={measure}
          measure={measure}
          site="system"
          place={overview.system.name}
          label={label}
          value={totals[measure]}
          now={drawn.now}
          detail={typeof detail === "function" ? detail(totals) : detail}
          day={dayOf(measure, overview.system.code, drawn.definitions, hours.of)}
        />
      ))}
    </section>
  );
}

export interface SitesCardProps {
  id: string;
  title: string;
  note?: ComponentChildren;
  plans: Plan[];
  sites: Site[];
  drawn: Drawn;
  /** The measure that says which site comes first, the greatest or the least; otherwise it is the need. */
  first?: Sort;
  total?: boolean;
  /** Low rows, for many sites of little. */
  low?: boolean;
}

/** A card with a table of sites: it sorts, it can be taken away, and it turns to cards on a phone. */
export function SitesCard({
  id,
  title,
  note,
  plans,
  sites,
  drawn,
  first = byNeed,
  total = true,
  low,
}: SitesCardProps) {
  const [sort, setSort] = useState<Sort>(first);
  const narrow = useNarrow();
  const { overview, totals } = drawn.picture;
  const rows = {
    id,
    columns: columnsOf(plans, sites, drawn.definitions, hours.of, drawn.now),
    sites: sorted(
      sites.map((site) => ({ ...site, opel: null })),
      sort,
    ),
    total: total ? { name: overview.system.name, under: "all sites", measures: totals } : undefined,
    selected: drawn.selected,
    now: drawn.now,
    under: low ? undefined : townOf,
  };
  return (
    <section class={low ? "card service-low" : "card"}>
      <PartHead
        id={id}
        title={title}
        note={note}
        away={{
          name: title,
          sheet: () => sheetOfSites(rows.columns, rows.sites, rows.total, drawn.now),
          now: drawn.now,
        }}
      />
      {narrow ? (
        <SiteCards {...rows} />
      ) : (
        <SiteTable {...rows} sort={sort} onSort={(column) => setSort(pressed(sort, column))} />
      )}
    </section>
  );
}

/** A card of its own heading, for what is no table of sites. */
export function Card({ id, title, note, away, children }: CardProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <PartHead id={id} title={title} note={note} away={away} />
      {children}
    </section>
  );
}

interface CardProps extends Pick<PartHeadProps, "away"> {
  id: string;
  title: string;
  note?: string;
  children: ComponentChildren;
}
