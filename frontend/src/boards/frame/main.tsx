import type { ComponentChildren } from "preact";
import { useCallback, useState } from "preact/hooks";
import { Dialog } from "../../components/dialog/dialog";
import { Keys } from "../../components/keys/keys";
import { toggleTheme, toggleWall } from "../../store/view";
import type { Asked } from "./explaining";
import type { Shown } from "./frame";
import { useKeyboard } from "./keyboard";
import { opelUnder } from "./levels";
import "./board.css";

export interface MainProps {
  shown: Shown;
  /** Names the board in its styles. */
  name: string;
  /** What `/` does. */
  find?(): void;
  /** The row in which the focus stands. */
  onRow?(code: string): void;
  /** Draws what explains a figure; a board without it explains none. */
  explain?(asked: Asked, close: () => void): ComponentChildren;
  /** Draws what stands behind the OPEL level of an organisation. */
  levels?(code: string, close: () => void): ComponentChildren;
  /** What the foot of a desk says of abbreviations and marks, a sentence or two each. */
  foot: string[];
  /** What else stands in the foot. */
  beside?: ComponentChildren;
  children: ComponentChildren;
}

const nothing = () => undefined;

/** The page of a board, desk or wall: its keys, its foot, and the panel that explains the figure one presses. */
export function Main({
  shown,
  name,
  find = nothing,
  onRow,
  explain,
  levels,
  foot,
  beside,
  children,
}: MainProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [levelOf, setLevelOf] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const ask = useCallback(
    (figure: HTMLElement) => {
      const { measure, site } = figure.dataset;
      if (explain && measure && site) setAsked({ measure, site });
    },
    [explain !== undefined],
  );
  const showKeys = useCallback(() => setHelp(true), []);
  const theme = useCallback(() => toggleTheme(shown.night), [shown.night]);
  useKeyboard({ explain: ask, find, help: showKeys, wall: toggleWall, theme });
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the figures in it are buttons */}
      <main
        class={`${shown.wall ? "board-wall" : "board"} ${name}`}
        onClick={(event) => {
          const figure = (event.target as Element).closest<HTMLElement>("[data-measure]");
          if (figure) ask(figure);
          else if (levels) setLevelOf(opelUnder(event.target));
        }}
        onFocusIn={(event) => {
          const row = (event.target as Element).closest<HTMLElement>("[data-row]");
          if (row?.dataset.row) onRow?.(row.dataset.row);
        }}
      >
        {children}
        {!shown.wall && (
          <footer class="foot">
            {foot.map((said) => (
              <span key={said}>{said}</span>
            ))}
            {beside}
            <button type="button" class="foot-keys no-print" onClick={showKeys}>
              Keys <kbd>?</kbd>
            </button>
          </footer>
        )}
      </main>
      {levelOf && levels?.(levelOf, () => setLevelOf(null))}
      {asked && explain?.(asked, () => setAsked(null))}
      {help && (
        <Dialog id="keys" label="Keys" form="card" onClose={() => setHelp(false)}>
          <Keys />
        </Dialog>
      )}
    </>
  );
}
