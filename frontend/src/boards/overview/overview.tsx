import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { fetchMap, fetchMeasures } from "../../api/client";
import type { Overview, Site } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { Feeds } from "../../components/feeds/feeds";
import { FindSite } from "../../components/find/find-site";
import { Header } from "../../components/header/header";
import { Keys } from "../../components/keys/keys";
import { SystemMap } from "../../components/map/system-map";
import { leadingLevel } from "../../components/opel/leading";
import { OpelChip } from "../../components/opel/opel-chip";
import { SiteCards } from "../../components/site-cards/site-cards";
import { byNeed, pressed, type Sort, sheetOfSites, sorted } from "../../components/site-table/rows";
import { SiteTable } from "../../components/site-table/site-table";
import { TakeAway } from "../../components/table/take-away";
import { Stage } from "../../components/wall/stage";
import { WallHeader } from "../../components/wall/wall-header";
import { live } from "../../store";
import { toggleTheme, toggleWall, view } from "../../store/view";
import { isNight } from "../../sun";
import { applyView } from "../../theme";
import { acuteColumns, byKind, isAcute, titleOf } from "./columns";
import { type Asked, Explaining } from "./explaining";
import { useFetched } from "./fetched";
import { useKeyboard } from "./keyboard";
import { KindTable } from "./kind-table";
import { useNarrow } from "./narrow";
import { Tiles } from "./tiles";
import { overviewOnWall, Wall } from "./wall";
import { useWidth } from "./width";
import "./overview.css";

function LiveHeader() {
  const overview = live.overview.value;
  if (view.value.wall)
    return (
      <WallHeader
        system={overview?.system.name ?? ""}
        pulse={live.pulse.value}
        feeds={overview?.feeds ?? []}
        synthetic={overview?.synthetic ?? false}
        rate={live.rate.value}
        now={live.now.value}
      />
    );
  return (
    <Header
      system={overview?.system.name ?? ""}
      pulse={live.pulse.value}
      feeds={overview?.feeds ?? []}
      synthetic={overview?.synthetic ?? false}
      history={overview?.history ?? null}
      rate={live.rate.value}
      now={live.now.value}
    />
  );
}

function Waiting({ lost }: { lost: boolean }) {
  return (
    <main class="waiting">
      <p class="card">
        {lost
          ? "Lightship cannot be reached. The page tries again by itself; no figure is shown until one has been received."
          : "Waiting for the first figures."}
      </p>
    </main>
  );
}

function levelMark(site: Site) {
  const level = leadingLevel(site.opel);
  return level && <OpelChip level={level} size={24} />;
}

interface BoardProps {
  overview: Overview;
  wall: boolean;
  night: boolean;
  now: number;
  isLive: boolean;
}

function Board({ overview: received, wall, night, now, isLive }: BoardProps) {
  const overview = useMemo(() => (wall ? overviewOnWall(received) : received), [received, wall]);
  const districts = useFetched(fetchMap, isLive);
  const measures = useFetched(fetchMeasures, isLive);
  const [selected, setSelected] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [help, setHelp] = useState(false);
  const [acuteSort, setAcuteSort] = useState<Sort>(byNeed);
  const narrow = useNarrow();
  const mapRoom = useWidth(404);
  const field = useRef<HTMLInputElement>(null);

  const definitions = useMemo(() => new Map((measures ?? []).map((each) => [each.name, each])), [measures]);
  const acute = useMemo(() => sorted(overview.sites.filter(isAcute), acuteSort), [overview.sites, acuteSort]);
  const kinds = useMemo(
    () => [...new Set(overview.sites.filter((site) => !isAcute(site)).map((site) => site.kind))].sort(byKind),
    [overview.sites],
  );

  const explain = useCallback((figure: HTMLElement) => {
    const { measure, site } = figure.dataset;
    if (measure && site) setAsked({ measure, site });
  }, []);
  const find = useCallback(() => field.current?.focus(), []);
  const showKeys = useCallback(() => setHelp(true), []);
  const goTo = useCallback((code: string) => {
    setSelected(code);
    document.querySelector<HTMLElement>(`[data-row="${code}"] [data-measure]`)?.focus();
  }, []);
  const theme = useCallback(() => toggleTheme(night), [night]);
  useKeyboard({ explain, find, help: showKeys, wall: toggleWall, theme });

  const scored = acute.some((site) => leadingLevel(site.opel));
  const acuteRows = {
    id: "sites-title",
    columns: acuteColumns(acute, definitions),
    sites: acute,
    total: { name: overview.system.name, under: "all sites", measures: overview.totals },
    selected,
    now,
    under: (site: Site) => site.town,
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the figures in it are buttons */}
      <main
        class={wall ? "wall" : "overview"}
        onClick={(event) => {
          const figure = (event.target as Element).closest<HTMLElement>("[data-measure]");
          if (figure) explain(figure);
        }}
        onFocusIn={(event) => {
          const row = (event.target as Element).closest<HTMLElement>("[data-row]");
          if (row?.dataset.row) setSelected(row.dataset.row);
        }}
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
              totals={overview.totals}
              opel={overview.opel}
              sites={overview.sites}
              definitions={definitions}
              now={now}
            />
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
            <section class="card part-sites">
              <div class="part-head">
                <h2 id="sites-title">
                  Sites, by {acuteSort.column === "need" ? "need" : titleOf(acuteSort.column)}{" "}
                  <span>{acute.length} acute hospitals</span>
                </h2>
                <TakeAway
                  title="Sites, by need"
                  sheet={() => sheetOfSites(acuteRows.columns, acute, acuteRows.total, now)}
                  now={now}
                />
                <FindSite sites={overview.sites} field={field} onFound={setSelected} onGo={goTo} />
              </div>
              {narrow ? (
                <SiteCards {...acuteRows} mark={levelMark} />
              ) : (
                <SiteTable
                  {...acuteRows}
                  sort={acuteSort}
                  onSort={(column) => setAcuteSort(pressed(acuteSort, column))}
                />
              )}
            </section>
            <div class="part-rest">
              {kinds.map((kind) => (
                <KindTable key={kind} kind={kind} sites={overview.sites} selected={selected} now={now} />
              ))}
              <section class="card part-feeds" aria-labelledby="feeds-title">
                <h2 id="feeds-title">
                  Feeds <span>late ones by name</span>
                </h2>
                <Feeds feeds={overview.feeds} now={now} />
              </section>
            </div>
            <footer class="foot">
              <span>Dots: each acute hospital on one axis. Dotted line: the plan. Red: past it.</span>
              <span>G&amp;A: general and acute beds. NCtR: no criteria to reside.</span>
              <button type="button" class="foot-keys no-print" onClick={showKeys}>
                Keys <kbd>?</kbd>
              </button>
            </footer>
          </>
        )}
      </main>
      {asked && <Explaining asked={asked} overview={overview} now={now} onClose={() => setAsked(null)} />}
      {help && (
        <Dialog id="keys" label="Keys" form="card" onClose={() => setHelp(false)}>
          <Keys />
        </Dialog>
      )}
    </>
  );
}

/** Whether it is night where the system is; day until its sites are known. */
function nightAt(overview: Overview | null, now: number): boolean {
  const [site] = overview?.sites ?? [];
  return site !== undefined && now > 0 && isNight(now, site.latitude, site.longitude);
}

/** The system overview: where pressure is now. */
export function OverviewPage() {
  const state = live.state.value;
  const overview = live.overview.value;
  const now = live.coarseNow.value;
  const shown = view.value;
  const night = nightAt(overview, now);
  useEffect(() => {
    document.documentElement.dataset.connection = state;
  }, [state]);
  useLayoutEffect(() => applyView(shown, night, document.documentElement), [shown, night]);
  const page = (
    <>
      <LiveHeader />
      {overview ? (
        <Board overview={overview} wall={shown.wall} night={night} now={now} isLive={state === "live"} />
      ) : (
        <Waiting lost={state === "lost"} />
      )}
    </>
  );
  return shown.wall ? <Stage>{page}</Stage> : page;
}
