import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { fetchMeasures } from "../../api/client";
import type { Overview } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { FindSite } from "../../components/find/find-site";
import { Keys } from "../../components/keys/keys";
import { toggleTheme, toggleWall } from "../../store/view";
import type { Definitions } from "./columns";
import { type Asked, Explaining } from "./explaining";
import { useFetched } from "./fetched";
import type { Shown } from "./frame";
import { useKeyboard } from "./keyboard";
import { overviewOnWall } from "./on-wall";
import "./desk.css";

/** What the parts of a board are drawn from. */
export interface Seen {
  /** With the board's own figures in it; on a wall without small numbers. */
  overview: Overview;
  definitions: Definitions;
  selected: string | null;
  now: number;
  wall: boolean;
}

export interface DeskProps {
  /** With the board's own figures in it. */
  overview: Overview;
  shown: Shown;
  /** Names the board in its styles: "ed". */
  name: string;
  /** What the foot of the desk says of abbreviations and marks. */
  foot: string;
  children(seen: Seen): ComponentChildren;
}

/** A board of sites: every figure explained, the keys, finding a site, and the marked row. */
export function Desk({ overview: received, shown, name, foot, children }: DeskProps) {
  const { wall, night, now, isLive } = shown;
  const overview = useMemo(() => (wall ? overviewOnWall(received) : received), [received, wall]);
  const measures = useFetched(fetchMeasures, isLive);
  const definitions = useMemo(() => new Map((measures ?? []).map((each) => [each.name, each])), [measures]);
  const [selected, setSelected] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [help, setHelp] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  const explain = useCallback((figure: HTMLElement) => {
    const { measure, site } = figure.dataset;
    if (measure && site) setAsked({ measure, site });
  }, []);
  const find = useCallback(() => field.current?.focus(), []);
  const showKeys = useCallback(() => setHelp(true), []);
  const theme = useCallback(() => toggleTheme(night), [night]);
  useKeyboard({ explain, find, help: showKeys, wall: toggleWall, theme });
  const goTo = useCallback((code: string) => {
    setSelected(code);
    document.querySelector<HTMLElement>(`[data-row="${code}"] [data-measure]`)?.focus();
  }, []);

  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the figures in it are buttons */}
      <main
        class={`${wall ? "service-wall" : "service"} ${name}`}
        onClick={(event) => {
          const figure = (event.target as Element).closest<HTMLElement>("[data-measure]");
          if (figure) explain(figure);
        }}
        onFocusIn={(event) => {
          const row = (event.target as Element).closest<HTMLElement>("[data-row]");
          if (row?.dataset.row) setSelected(row.dataset.row);
        }}
      >
        {children({ overview, definitions, selected, now, wall })}
        {!wall && (
          <footer class="service-foot">
            <span>{foot}</span>
            <FindSite sites={overview.sites} field={field} onFound={setSelected} onGo={goTo} />
            <button type="button" class="service-keys no-print" onClick={showKeys}>
              Keys <kbd>?</kbd>
            </button>
          </footer>
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
