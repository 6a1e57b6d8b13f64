import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { fetchMap } from "../../api/client";
import type { Measures, Overview } from "../../api/types";
import { AlertList } from "../../components/alerts/alert-row";
import { mostBeds, TonightBars, tonightOf } from "../../components/beds/tonight-bars";
import { Feeds } from "../../components/feeds/feeds";
import { FindSite } from "../../components/find/find-site";
import { SystemMap } from "../../components/map/system-map";
import { LeadingChip, leadingLevel } from "../../components/opel/leading";
import { SiteCards } from "../../components/site-cards/site-cards";
import { byNeed, pressed, type Sort, sheetOfSites, sorted } from "../../components/site-table/rows";
import { SiteTable } from "../../components/site-table/site-table";
import { hours } from "../../store";
import { Agreed } from "../frame/agreed";
import { aheadColumn } from "../frame/ahead";
import { openBoard } from "../frame/carrying";
import { acutePlans, byKind, columnsOf, isAcute, titleOf, townOf } from "../frame/columns";
import { Explaining } from "../frame/explaining";
import { useDefinitions, useFetched } from "../frame/fetched";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { useNarrow } from "../frame/narrow";
import { overviewOnWall } from "../frame/on-wall";
import { OpelPanel } from "../frame/opel-panel";
import { PartHead } from "../frame/part-head";
import { useWidth } from "../frame/width";
import { KindTable } from "./kind-table";
import { Tiles } from "./tiles";
import { Wall } from "./wall";
import "./overview.css";

function Board({ overview: received, shown }: { overview: Overview; shown: Shown }) {
  const { wall, now, isLive } = shown;
  const overview = useMemo(() => (wall ? overviewOnWall(received) : received), [received, wall]);
  const districts = useFetched(fetchMap, isLive);
  const definitions = useDefinitions(isLive);
  const [selected, setSelected] = useState<string | null>(null);
  const [acuteSort, setAcuteSort] = useState<Sort>(byNeed);
  const narrow = useNarrow();
  const mapRoom = useWidth(404);
  const field = useRef<HTMLInputElement>(null);

  const acute = useMemo(() => sorted(overview.sites.filter(isAcute), acuteSort), [overview.sites, acuteSort]);
  const kinds = useMemo(
    () => [...new Set(overview.sites.filter((site) => !isAcute(site)).map((site) => site.kind))].sort(byKind),
    [overview.sites],
  );

  const find = useCallback(() => field.current?.focus(), []);
  const goTo = useCallback((code: string) => openBoard(`/site/${code}`), []);

  const most = mostBeds(acute.map((site) => tonightOf(site.measures)));
  const bars = (measures: Measures) => {
    const tonight = measures === overview.totals ? null : tonightOf(measures);
    return tonight ? <TonightBars tonight={tonight} most={most} /> : <span class="tonight-none" />;
  };
  const plans = acutePlans.map((plan) => (plan.measure === "beds.tonight" ? { ...plan, draw: bars } : plan));
  const scored = acute.some((site) => leadingLevel(site.opel));
  const acuteRows = {
    id: "sites-title",
    columns: columnsOf(plans, acute, definitions, hours.of, now),
    sites: acute,
    total: { name: overview.system.name, under: "all sites", measures: overview.totals },
    selected,
    now,
    under: townOf,
  };
  const table = (
    <section class="card part-sites">
      <PartHead
        id="sites-title"
        title={`Sites, by ${acuteSort.column === "need" ? "need" : titleOf(acuteSort.column)}`}
        note={`${acute.length} acute hospitals`}
        away={{
          name: "Sites, by need",
          sheet: () => sheetOfSites(acuteRows.columns, acute, acuteRows.total, now),
          now,
        }}
      >
        <FindSite sites={overview.sites} field={field} onFound={setSelected} onGo={goTo} />
      </PartHead>
      {narrow ? (
        <SiteCards {...acuteRows} mark={(site) => <LeadingChip opel={site.opel} size={24} />} />
      ) : (
        <SiteTable
          {...acuteRows}
          ahead={aheadColumn(overview, now)}
          sort={acuteSort}
          onSort={(column) => setAcuteSort(pressed(acuteSort, column))}
        />
      )}
    </section>
  );
  const feeds = (
    <section class="card part-feeds" aria-labelledby="feeds-title">
      <h2 id="feeds-title">
        Feeds <span>late ones by name</span>
      </h2>
      <Feeds feeds={overview.feeds} now={now} />
    </section>
  );
  const map = (
    <section class="card part-map" aria-labelledby="map-title">
      <h2 id="map-title">
        {scored ? "OPEL now" : "Emergency departments"}{" "}
        <span>{scored ? "local levels, and people in each ED" : "people in each now"}</span>
      </h2>
      <div class="map-room" ref={mapRoom.ref}>
        <SystemMap
          width={mapRoom.width}
          districts={districts}
          sites={overview.sites}
          places={overview.places}
          selected={selected}
          onSelect={setSelected}
          brief={narrow}
        />
      </div>
      <p class="legend">
        {!scored && (
          <>
            <span class="legend-ed" /> type 1 ED, area by people{" "}
          </>
        )}
        <span class="legend-no-ed" /> no type 1 ED <span class="legend-small" /> other site
      </p>
    </section>
  );
  return (
    <Main
      shown={shown}
      name={wall ? "wall" : "overview"}
      find={find}
      onRow={setSelected}
      explain={(asked, close) => <Explaining asked={asked} overview={overview} now={now} onClose={close} />}
      levels={(code, close) => <OpelPanel code={code} overview={overview} now={now} onClose={close} />}
      beside={<a href="/return">Type a return</a>}
      foot={[
        "Lines: the last 24 hours, up to now. Dotted: the plan. A red dot is past it.",
        "Beds tonight: free now to the right, hatched where expected; decided to admit to the left; net below.",
        "G&A: general and acute beds. NCtR: no criteria to reside.",
      ]}
    >
      {wall ? (
        <Wall
          overview={overview}
          definitions={definitions}
          districts={districts}
          selected={selected}
          onSelect={setSelected}
          now={now}
        />
      ) : (
        <>
          <Tiles
            place={overview.system.name}
            system={overview.system.code}
            totals={overview.totals}
            opel={overview.opel}
            sites={overview.sites}
            definitions={definitions}
            now={now}
          />
          <Agreed overview={overview} now={now} />
          {overview.ahead?.alerts ? (
            <>
              {map}
              <section class="card part-alerts">
                <AlertList id="alerts-title" alerts={overview.ahead.alerts} now={now} />
              </section>
              {table}
            </>
          ) : (
            <>
              {table}
              <div class="part-stack">
                {map}
                {feeds}
              </div>
            </>
          )}
          <div class="part-rest">
            {kinds.map((kind) => (
              <KindTable key={kind} kind={kind} sites={overview.sites} selected={selected} now={now} />
            ))}
            {overview.ahead?.alerts && feeds}
          </div>
        </>
      )}
    </Main>
  );
}

/** The system overview: where pressure is now. */
export function Page() {
  return <Frame>{(overview, shown) => <Board overview={overview} shown={shown} />}</Frame>;
}
