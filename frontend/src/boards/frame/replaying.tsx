import { useEffect, useRef, useState } from "preact/hooks";
import { dayOf, daysAfter, wallClock } from "../../format/london";
import { clockTime, date } from "../../format/time";
import { live } from "../../store";
import type { Player } from "../../store/player";
import { lastNight, type Stretch, stretchOf } from "../../store/replay-address";
import { isTyping } from "./keyboard";
import { useNarrow } from "./narrow";
import "../../components/form/form.css";
import "./replaying.css";

/** How fast: steps a second, and how many five-minute marks a step takes. */
export const PACES = [
  { aSecond: 1, marks: 1, words: "5 min a second" },
  { aSecond: 3, marks: 1, words: "15 min a second" },
  { aSecond: 4, marks: 3, words: "1 h a second" },
  { aSecond: 4, marks: 12, words: "4 h a second" },
] as const;
const USUAL = 1;

export const knownInWords = (known: Stretch["known"]) =>
  known === "then" ? "as known then" : "as known now";

/** Opens the last night, ready to be played. */
export function openLastNight() {
  const now = live.liveNow.peek();
  if (now !== null) live.open(lastNight(now));
}

const isPressed = (target: EventTarget | null) =>
  target instanceof Element && target.closest("button, a[href], summary") !== null;
const isSlider = (target: EventTarget | null) =>
  target instanceof HTMLInputElement && target.type === "range";

/** R opens the past; in it Space plays and pauses, the arrows step, L leads back to now. */
export function useReplayKeys() {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const player = live.player.peek();
      const { key, target } = event;
      if (isTyping(target) && !(isSlider(target) && [" ", "l", "L"].includes(key))) return;
      if (!player) {
        if (key.toLowerCase() !== "r") return;
        openLastNight();
      } else if (key === " " && !isPressed(target)) player.playing.peek() ? player.pause() : player.play();
      else if (key === "ArrowLeft") player.move(-1);
      else if (key === "ArrowRight") player.move(1);
      else if (key.toLowerCase() === "l") live.close();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** The player of the past: it stands over every board, and says at every moment that this is not now. */
export function Replaying({ player, wall }: { player: Player; wall: boolean }) {
  const at = player.wanted.value;
  const shown = player.shown.value;
  const playing = player.playing.value;
  const { known, from, to } = player.stretch;
  const narrow = useNarrow();
  const first = useRef<HTMLButtonElement>(null);
  const [pace, setPace] = useState(USUAL);
  const moment = shown?.at ?? at;
  useEffect(() => {
    const { aSecond, marks } = PACES[pace] ?? PACES[USUAL];
    player.setPace({ aSecond, marks });
  }, [player, pace]);
  useEffect(() => first.current?.focus(), []);
  // The address says where it stands, so that it can be sent to somebody; not at every step that is played.
  useEffect(() => {
    if (playing) return;
    const soon = setTimeout(live.remember, 300);
    return () => clearTimeout(soon);
  }, [player, playing, at]);
  const more = (
    <div class="replay-row replay-more no-print">
      <label>
        Speed{" "}
        <select value={pace} onChange={(event) => setPace(Number(event.currentTarget.value))}>
          {PACES.map(({ words }, index) => (
            <option key={words} value={index}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Choose key={`${from} ${to} ${known}`} stretch={player.stretch} />
      <span class="quiet replay-said" aria-live="polite">
        {player.failing.value
          ? "It cannot be read just now; it is tried again."
          : player.waiting.value && !playing
            ? `Reading ${clockTime(at)}`
            : ""}
      </span>
    </div>
  );
  return (
    <section class="replay" aria-label="The past, played back">
      <div class="replay-row">
        <p class="replay-moment">
          <b class="replay-past">Past</b>
          <time dateTime={new Date(moment).toISOString()}>
            {date(moment)} <b class="replay-clock">{clockTime(moment)}</b>
          </time>
          <span class="quiet">{knownInWords(known)}</span>
        </p>
        <span class="replay-buttons no-print">
          <button type="button" class="button" onClick={() => player.move(-1)}>
            −5 min
          </button>
          <button
            type="button"
            ref={first}
            class="button button-first replay-play"
            onClick={() => (playing ? player.pause() : player.play())}
          >
            {playing ? "Pause" : "Play"}
          </button>
          <button type="button" class="button" onClick={() => player.move(1)}>
            +5 min
          </button>
        </span>
        <button type="button" class="button replay-live no-print" onClick={live.close}>
          Back to now{!wall && !narrow && <kbd>L</kbd>}
        </button>
        <label class="replay-scrub no-print">
          <span class="quiet">{clockTime(from)}</span>
          <input
            type="range"
            min={0}
            max={player.last}
            step={1}
            value={player.indexOf(at)}
            aria-label="Moment"
            aria-valuetext={`${clockTime(at)}, ${date(at)}`}
            onInput={(event) => {
              player.pause();
              player.seek(player.momentOf(Number(event.currentTarget.value)));
            }}
          />
          <span class="quiet">{clockTime(to)}</span>
        </label>
      </div>
      {!wall &&
        (narrow ? (
          <details class="no-print">
            <summary class="replay-summary">Another night, speed</summary>
            {more}
          </details>
        ) : (
          more
        ))}
    </section>
  );
}

/** Another stretch: a day in London, two times, as known then or now. */
function Choose({ stretch }: { stretch: Stretch }) {
  const clock = (at: number) => wallClock(at).slice(11);
  const [day, setDay] = useState(dayOf(stretch.from));
  const [from, setFrom] = useState(clock(stretch.from));
  const [to, setTo] = useState(clock(stretch.to));
  const [wrong, setWrong] = useState("");
  const open = (known: Stretch["known"]) => {
    const now = live.liveNow.peek() ?? Date.now();
    const next = stretchOf(day, from, to, known, now);
    if (typeof next === "string") return setWrong(next);
    setWrong("");
    const at = live.player.peek()?.wanted.peek() ?? next.from;
    live.open(next, at >= next.from && at <= next.to ? at : next.from);
  };
  const today = dayOf(live.liveNow.peek() ?? Date.now());
  return (
    <form
      class="replay-choose"
      aria-label="What is played"
      onSubmit={(event) => {
        event.preventDefault();
        open(stretch.known);
      }}
    >
      <label>
        Known{" "}
        <select
          value={stretch.known}
          onChange={(event) => open(event.currentTarget.value as Stretch["known"])}
        >
          <option value="then">as it was then</option>
          <option value="now">with what came later</option>
        </select>
      </label>
      <label>
        Day{" "}
        <input
          type="date"
          required
          max={today}
          min={daysAfter(today, -800)}
          value={day}
          onInput={(event) => setDay(event.currentTarget.value)}
        />
      </label>
      <label>
        from{" "}
        <input type="time" required value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        to <input type="time" required value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button button-small">
        Show it
      </button>
      <span aria-live="polite" class={wrong ? "form-wrong" : ""}>
        {wrong}
      </span>
    </form>
  );
}
