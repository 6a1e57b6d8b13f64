import { useCallback, useEffect, useState } from "preact/hooks";
import { Refused } from "../../api/client";
import { endIncident, endSilence, fetchTrainer, setClock, type Trainer } from "../../api/trainer";
import { useSending } from "../../components/form/form";
import { clockTime, date } from "../../format/time";
import { live } from "../../store";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { useMe } from "../frame/me";
import { Said } from "../frame/said";
import { Inject, Silencing } from "./asking";
import { Happening } from "./happening";
import { Moments } from "./moments";
import { barsOf } from "./timeline";
import "./trainer.css";

const READ_MS = 2_000;
const SPEEDS: [number, string, string][] = [
  [1, "1", "real time"],
  [10, "10", "an hour in 6 minutes"],
  [60, "60", "an hour a minute"],
  [600, "600", "a day in 2½ minutes"],
  [3600, "3600", "an hour a second"],
];

interface Read {
  trainer: Trainer | null;
  /** No synthetic system runs here: its people came in from a file. */
  isNone: boolean;
  again(): void;
}

/** What steers the system, read again every two seconds while the page is live; null until it has come. */
function useTrainer(isLive: boolean): Read {
  const [trainer, setTrainer] = useState<Trainer | null>(null);
  const [isNone, setNone] = useState(false);
  const again = useCallback(() => {
    fetchTrainer().then(
      (found) => {
        setTrainer(found);
        setNone(false);
      },
      (error) => setNone(error instanceof Refused && error.status === 409),
    );
  }, []);
  useEffect(() => {
    if (!isLive) return;
    again();
    const timer = setInterval(again, READ_MS);
    return () => clearInterval(timer);
  }, [isLive, again]);
  return { trainer, isNone, again };
}

/** The clock, and how fast it runs: a press takes effect at once. */
function Clock({ trainer, onDone }: { trainer: Trainer; onDone(): void }) {
  const { sending, wrong, send } = useSending();
  const now = live.now.value ?? Date.parse(trainer.now);
  const press = (wanted: { speed?: number; paused: boolean }) => send(() => setClock(wanted).then(onDone));
  const other = SPEEDS.every(([speed]) => speed !== trainer.speed);
  return (
    <section class="card trainer-clock" aria-labelledby="clock-title">
      <h2 id="clock-title">
        Clock{" "}
        <span>{trainer.paused ? "paused: nothing happens, no figure ages" : "of the synthetic system"}</span>
      </h2>
      <div class="trainer-clock-row">
        <p class="trainer-now">
          <span class="trainer-time">{clockTime(now)}</span>
          <span class="quiet">{date(now)}</span>
        </p>
        <button
          type="button"
          class={trainer.paused ? "button button-first" : "button"}
          disabled={sending}
          onClick={() => press({ paused: !trainer.paused })}
        >
          {trainer.paused ? "Let it go on" : "Pause"}
        </button>
        <fieldset class="speeds" disabled={sending}>
          <legend>Times real speed</legend>
          {SPEEDS.map(([speed, words, means]) => (
            <button
              key={speed}
              type="button"
              class="speed"
              aria-pressed={trainer.speed === speed}
              onClick={() => press({ speed, paused: false })}
            >
              <b>{words}</b>
              <span>{means}</span>
            </button>
          ))}
          {other && <span class="speed-other">now {trainer.speed}</span>}
        </fieldset>
      </div>
      <p aria-live="polite" class={wrong ? "form-wrong" : "hidden"}>
        {wrong}
      </p>
    </section>
  );
}

function Desk({ shown, trainer, again }: { shown: Shown; trainer: Trainer; again(): void }) {
  const now = live.now.value ?? Date.parse(trainer.now);
  const still = Math.floor(now / 60_000) * 60_000;
  return (
    <Main
      shown={shown}
      name="trainer"
      foot={[
        "Only synthetic people can be steered. Who did what is in the audit.",
        "Solid: what has been. Hatched: what is to come.",
      ]}
    >
      <Clock trainer={trainer} onDone={again} />
      <section class="card trainer-happening" aria-labelledby="happening-title">
        <h2 id="happening-title">
          What happens <span>incidents and silent feeds, by the system's clock</span>
        </h2>
        <Happening
          bars={barsOf(trainer)}
          now={still}
          onEnd={(bar) => (bar.silence ? endSilence : endIncident)(bar.id).then(again)}
        />
      </section>
      <section class="card trainer-form" aria-labelledby="inject-title">
        <h2 id="inject-title">Begin an incident</h2>
        <Inject trainer={trainer} onDone={again} />
      </section>
      <section class="card trainer-form" aria-labelledby="silence-title">
        <h2 id="silence-title">Silence a feed</h2>
        <Silencing trainer={trainer} onDone={again} />
      </section>
      <section class="card trainer-form" aria-labelledby="moments-title">
        <h2 id="moments-title">
          Saved moments <span>copies of the store, each under a clock of its own</span>
        </h2>
        <Moments trainer={trainer} onDone={again} />
      </section>
    </Main>
  );
}

/** Steers the synthetic system: its clock, incidents, silent feeds, saved moments. */
export function Page() {
  const me = useMe();
  return (
    <Frame>
      {(overview, shown) => (
        <Asked may={me?.may ?? null} title={me?.title ?? ""} synthetic={overview.synthetic} shown={shown} />
      )}
    </Frame>
  );
}

interface AskedProps {
  may: string[] | null;
  title: string;
  synthetic: boolean;
  shown: Shown;
}

function Asked({ may, title, synthetic, shown }: AskedProps) {
  const allowed = synthetic && (may?.includes("feed:steer") ?? false);
  const { trainer, isNone, again } = useTrainer(shown.isLive && allowed);
  if (!synthetic) return <Said>Here are no synthetic people, so there is nothing to steer.</Said>;
  if (may === null) return <Said>Waiting to know who asks.</Said>;
  if (!allowed)
    return <Said>{`${title} may not steer the system. Feed engineers and administrators may.`}</Said>;
  if (shown.wall) return <Said>The system is steered at a desk: press W to leave the wall.</Said>;
  if (live.past.value) return <Said>Go back to now to steer the system.</Said>;
  if (isNone)
    return (
      <Said>
        These people came from elsewhere, such as a file: no synthetic system runs here that could be steered.
      </Said>
    );
  if (!trainer) return <Said>Reading what was asked of the system.</Said>;
  return <Desk shown={shown} trainer={trainer} again={again} />;
}
