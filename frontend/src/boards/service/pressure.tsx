import type { ComponentChildren } from "preact";
import type { Site, Value } from "../../api/types";
import { Figure } from "../../components/figure/figure";
import { OpelCell } from "../../components/opel/opel-level";
import { SiteCards } from "../../components/site-cards/site-cards";
import { doesNotApply } from "../../components/site-table/rows";
import { Region } from "../../components/table/region";
import { cellOf, type Sheet } from "../../components/table/sheet";
import type { Plan } from "../frame/columns";
import { useNarrow } from "../frame/narrow";
import { standsAgainst } from "../frame/on-wall";
import { PartHead } from "../frame/part-head";
import { useWidth } from "../frame/width";
import type { Drawn } from "./board";

export interface PressureProps {
  id: string;
  title: string;
  note: ComponentChildren;
  sites: Site[];
  /** The figure before the drawing. */
  first: Plan;
  /** The width of the drawing in a table; a card gives it all it has. */
  width: number;
  /** Heads the drawing. */
  drawing: ComponentChildren;
  /** width: the room there is for it. */
  draw(site: Site, width: number): ComponentChildren;
  columns: Plan[];
  drawn: Drawn;
}

/** On both sides of what stands in a card. */
const PADDING = 26;

const valueAt = (site: Site, measure: string): Value => site.measures[measure] ?? doesNotApply;

/** Sites by need, each with its pressure drawn: the one table of a board that is read in two seconds. */
export function Pressure({
  id,
  title,
  note,
  sites,
  first,
  width,
  drawing,
  draw,
  columns,
  drawn,
}: PressureProps) {
  const narrow = useNarrow();
  const room = useWidth(width);
  const { picture, definitions, selected, now } = drawn;
  const { overview, totals } = picture;
  const figures = [first, ...columns];
  const isLate = (site: Site) => valueAt(site, first.measure).freshness === "lost";
  const scored = sites.some((site) => site.opel);
  const sheet = (): Sheet => [
    ["Site", ...figures.map((each) => [each.title, each.note].filter(Boolean).join(", "))],
    ...sites.map((site) => [
      site.short_name,
      ...figures.map((each) => cellOf(site.measures[each.measure], now)),
    ]),
    [overview.system.name, ...figures.map((each) => cellOf(totals[each.measure], now))],
  ];
  const cell = (site: Site, column: Plan) => {
    const value = valueAt(site, column.measure);
    return (
      <td key={column.measure} data-stands={standsAgainst(value, column.measure, definitions)}>
        <Figure
          measure={column.measure}
          site={site.code}
          value={value}
          now={now}
          label={`${column.title}, ${site.short_name}`}
          detail={column.detail}
        />
      </td>
    );
  };
  return (
    <section class="card" ref={room.ref}>
      <PartHead id={id} title={title} note={note} away={{ name: title, sheet, now }} />
      {narrow ? (
        <>
          <div class="pressure-key">{drawing}</div>
          <SiteCards
            id={id}
            columns={figures}
            sites={sites}
            selected={selected}
            now={now}
            mark={(site) => site.opel && <OpelCell opel={site.opel} />}
            draw={(site) => (
              <div data-late={isLate(site) ? "" : undefined}>{draw(site, room.width - PADDING)}</div>
            )}
          />
        </>
      ) : (
        <Region label={title}>
          <table class="sites pressure" aria-labelledby={id}>
            <thead>
              <tr>
                <th scope="col" class="row-name">
                  <span class="sort">
                    <span class="sort-title">Site</span>
                    <span class="sort-note">by need</span>
                  </span>
                  {scored && <span class="row-under">OPEL local, indicative</span>}
                </th>
                <Heading column={first} />
                <th scope="col" class="pressure-drawing">
                  {drawing}
                </th>
                {columns.map((column) => (
                  <Heading key={column.measure} column={column} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sites.map((site) => (
                <tr
                  key={site.code}
                  class="row"
                  data-row={site.code}
                  aria-current={selected === site.code ? "true" : undefined}
                >
                  <th scope="row" class="row-name">
                    <span class="row-level">
                      {scored && <OpelCell opel={site.opel} />}
                      <a class="row-site" href={`/site/${site.code}`}>
                        {site.short_name}
                      </a>
                    </span>
                  </th>
                  {cell(site, first)}
                  <td class="pressure-drawing" data-late={isLate(site) ? "" : undefined}>
                    {draw(site, width)}
                  </td>
                  {columns.map((column) => cell(site, column))}
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
    </section>
  );
}

function Heading({ column }: { column: Plan }) {
  return (
    <th scope="col">
      <span class="sort">
        <span class="sort-title">{column.title}</span>
        <span class="sort-note">{column.note}</span>
      </span>
    </th>
  );
}
