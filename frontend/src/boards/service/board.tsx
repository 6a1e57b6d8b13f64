import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { fetchMeasures } from "../../api/client";
import type { Overview, Service } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { Keys } from "../../components/keys/keys";
import { measuresOnWall } from "../../format/small";
import { live } from "../../store";
import { toggleTheme, toggleWall } from "../../store/view";
import type { Definitions } from "../frame/columns";
import { type Asked, Explaining } from "../frame/explaining";
import { useFetched } from "../frame/fetched";
import { Frame, type Shown } from "../frame/frame";
import { useKeyboard } from "../frame/keyboard";
import { type Joined, joined } from "./joined";
import "../overview/overview.css";
import "../overview/tiles.css";
import "../overview/wall.css";
import "./board.css";

/** What a board of some services draws from. */
export interface Drawn {
  picture: Joined;
  definitions: Definitions;
  now: number;
  selected: string | null;
}

export interface ServiceBoardProps {
  /** `service:beds` and the like; the same array at every drawing. */
  topics: string[];
  desk(drawn: Drawn): ComponentChildren;
  wall(drawn: Drawn): ComponentChildren;
}

const onWall = (picture: Joined): Joined => {
  const sites = picture.sites.map((site) => ({ ...site, measures: measuresOnWall(site.measures) }));
  const totals = measuresOnWall(picture.totals);
  const providers = picture.providers.map((each) => ({ ...each, measures: measuresOnWall(each.measures) }));
  const units = picture.units.map((each) => ({ ...each, measures: measuresOnWall(each.measures) }));
  return { ...picture, overview: { ...picture.overview, sites, totals }, sites, totals, providers, units };
};

type InsideProps = ServiceBoardProps & { overview: Overview; shown: Shown };

function Inside({ topics, desk, wall, overview, shown }: InsideProps) {
  const services = topics.map((topic) => live.topic<Service>(topic));
  const picture = useMemo(() => {
    const made = joined(overview, services);
    return shown.wall ? onWall(made) : made;
    // The services are as many at every drawing.
  }, [overview, shown.wall, ...services]);
  const measures = useFetched(fetchMeasures, shown.isLive);
  const definitions = useMemo(() => new Map((measures ?? []).map((each) => [each.name, each])), [measures]);
  const [selected, setSelected] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [help, setHelp] = useState(false);

  const explain = useCallback((figure: HTMLElement) => {
    const { measure, site } = figure.dataset;
    if (measure && site) setAsked({ measure, site });
  }, []);
  const nothing = useCallback(() => undefined, []);
  const showKeys = useCallback(() => setHelp(true), []);
  const theme = useCallback(() => toggleTheme(shown.night), [shown.night]);
  useKeyboard({ explain, find: nothing, help: showKeys, wall: toggleWall, theme });

  const drawn = { picture, definitions, now: shown.now, selected };
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the figures in it are buttons */}
      <main
        class={shown.wall ? "wall services-wall" : "services"}
        onClick={(event) => {
          const figure = (event.target as Element).closest<HTMLElement>("[data-measure]");
          if (figure) explain(figure);
        }}
        onFocusIn={(event) => {
          const row = (event.target as Element).closest<HTMLElement>("[data-row]");
          if (row?.dataset.row) setSelected(row.dataset.row);
        }}
      >
        {!picture.complete ? (
          <p class="card services-waiting">Waiting for the first figures of this board.</p>
        ) : shown.wall ? (
          wall(drawn)
        ) : (
          <>
            {desk(drawn)}
            <footer class="foot">
              <span>Dots: each site on one axis. Dotted line: the plan. Red: past it.</span>
              <span>G&amp;A: general and acute beds. NCtR: no criteria to reside.</span>
              <button type="button" class="foot-keys no-print" onClick={showKeys}>
                Keys <kbd>?</kbd>
              </button>
            </footer>
          </>
        )}
      </main>
      {asked && (
        <Explaining
          asked={asked}
          overview={picture.overview}
          providers={picture.providers}
          units={picture.units}
          now={shown.now}
          onClose={() => setAsked(null)}
        />
      )}
      {help && (
        <Dialog id="keys" label="Keys" form="card" onClose={() => setHelp(false)}>
          <Keys />
        </Dialog>
      )}
    </>
  );
}

/** A board of some services, on the desk or the wall: it listens, joins, explains and takes the keys. */
export function ServiceBoard(props: ServiceBoardProps) {
  return (
    <Frame topics={props.topics}>
      {(overview, shown) => <Inside {...props} overview={overview} shown={shown} />}
    </Frame>
  );
}
