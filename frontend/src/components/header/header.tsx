import { useEffect, useRef } from "preact/hooks";
import type { Feed, History } from "../../api/types";
import { percent } from "../../format/number";
import { whosePeople } from "../../format/people";
import { clockTime, date, speed } from "../../format/time";
import type { Pulse as PulseState } from "../../store/live";
import { Pulse } from "../pulse/pulse";
import "./header.css";

export interface HeaderProps {
  system: string;
  pulse: PulseState;
  feeds: Feed[];
  synthetic: boolean;
  /** Whether there are also events that do not say that they are synthetic. */
  mixed?: boolean;
  /** The saved moment of which all that is shown is a copy. */
  copyOf?: string | null;
  /** Whether the reader may steer the synthetic system. */
  steers?: boolean;
  history: History | null;
  rate: number;
  now: number | null;
  /** Every board there is, of which those with an address of their own are led to. */
  boards: { href: string | null; name: string }[];
  here: { name: string } | null;
  /** Plays the past back; left out while it is. */
  onReplay?(): void;
}

/** The head of every board: where, whether it is live, and what time it is there. */
export function Header({
  system,
  pulse,
  feeds,
  synthetic,
  mixed = false,
  copyOf = null,
  steers = false,
  history,
  rate,
  now,
  boards,
  here,
  onReplay,
}: HeaderProps) {
  const faster = speed(rate);
  const people = whosePeople(mixed);
  const nav = useRef<HTMLElement>(null);
  // On a phone the boards move sideways: the one that is open is in sight.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (open && nav.current) nav.current.scrollLeft = open.offsetLeft - nav.current.offsetLeft - 60;
  }, [here]);
  const filled = history && !history.complete ? percent(history.share).replace(/\.\d%$/, "%") : null;
  return (
    <header class="header">
      <span class="header-name">Lightship</span>
      <h1 class="header-system">{system}</h1>
      <nav aria-label="Boards" ref={nav}>
        {boards.map(
          (board) =>
            board.href && (
              <a key={board.href} href={board.href} aria-current={board === here ? "page" : undefined}>
                {board.name}
              </a>
            ),
        )}
      </nav>
      <span class="header-notes">
        {synthetic && steers ? (
          <a class="header-synthetic" href="/trainer">
            {people}
            <span class="hidden">, steer them</span>
          </a>
        ) : (
          synthetic && <span class="header-synthetic">{people}</span>
        )}
        {copyOf && <span class="quiet">copy of {copyOf}</span>}
        {faster && <span class="quiet">{faster}</span>}
        {filled && history && (
          <span class="header-history">
            Filling history: {filled}
            <progress max={1} value={history.share} aria-label="History filled" />
          </span>
        )}
      </span>
      <Pulse pulse={pulse} feeds={feeds} />
      {onReplay && (
        <button type="button" class="header-replay no-print" onClick={onReplay}>
          Replay
        </button>
      )}
      {now !== null && (
        <time class="header-time" dateTime={new Date(now).toISOString()}>
          <span class="quiet">{date(now)}</span>
          <span class="header-clock">{clockTime(now)}</span>
        </time>
      )}
    </header>
  );
}
