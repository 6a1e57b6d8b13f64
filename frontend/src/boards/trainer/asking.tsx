import { useState } from "preact/hooks";
import { inject, silence, type Trainer } from "../../api/trainer";
import { Form, useSending } from "../../components/form/form";

/** A number as it is typed, with a comma or a point; null where it is none above 0. */
function above0(typed: string): number | null {
  const found = Number(typed.trim().replace(",", "."));
  return typed.trim() !== "" && found > 0 ? found : null;
}

/** Begins an incident of a kind: where, how large, for how long, and when. */
export function Inject({ trainer, onDone }: { trainer: Trainer; onDone(): void }) {
  const [chosen, setChosen] = useState(trainer.kinds[0]?.kind);
  const kind = trainer.kinds.find((each) => each.kind === chosen) ?? trainer.kinds[0];
  const [where, setWhere] = useState("");
  const [size, setSize] = useState<string | null>(null);
  const [hours, setHours] = useState<string | null>(null);
  const [later, setLater] = useState("0");
  const { sending, wrong, refuse, send } = useSending();
  if (!kind) return null;
  const organisation = kind.organisations.some((each) => each.code === where)
    ? where
    : (kind.organisations[0]?.code ?? "");
  const submit = () => {
    const howLarge = size === null ? kind.size : above0(size);
    const howLong = hours === null ? kind.hours : above0(hours);
    if (howLarge === null || howLong === null) return refuse("Size and hours are numbers above 0.");
    if (howLarge <= kind.above || howLarge > kind.at_most)
      return refuse(`Size is ${kind.size_means}: above ${kind.above} and at most ${kind.at_most}.`);
    const begins = Date.parse(trainer.now) + Number(later) * 3_600_000;
    const at = later === "0" ? null : new Date(begins).toISOString();
    send(() =>
      inject({ kind: kind.kind, organisation, size: howLarge, hours: howLong, at }).then(() => {
        setSize(null);
        setHours(null);
        onDone();
      }),
    );
  };
  return (
    <Form label="Begin an incident" wrong={wrong} onSubmit={submit}>
      <div class="form-row">
        <label>
          What happens
          <select
            value={kind.kind}
            onChange={(event) => {
              setChosen(event.currentTarget.value as typeof chosen);
              setSize(null);
              setHours(null);
            }}
          >
            {trainer.kinds.map((each) => (
              <option key={each.kind} value={each.kind}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Where
          <select value={organisation} onChange={(event) => setWhere(event.currentTarget.value)}>
            {kind.organisations.map((each) => (
              <option key={each.code} value={each.code}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="quiet">{kind.means}</p>
      <div class="form-row">
        <label>
          Size <span class="quiet">{kind.size_means}</span>
          <input
            inputMode="decimal"
            autocomplete="off"
            value={size ?? String(kind.size)}
            onInput={(event) => setSize(event.currentTarget.value)}
          />
        </label>
        <label>
          Hours <span class="quiet">of the system's time</span>
          <input
            inputMode="decimal"
            autocomplete="off"
            value={hours ?? String(kind.hours)}
            onInput={(event) => setHours(event.currentTarget.value)}
          />
        </label>
        <label>
          Begins
          <select value={later} onChange={(event) => setLater(event.currentTarget.value)}>
            {["Now", "In 1 hour", "In 4 hours", "In 12 hours"].map((words, index) => (
              <option key={words} value={["0", "1", "4", "12"][index]}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <button type="submit" class="button button-first" disabled={sending}>
        Begin it
      </button>
    </Form>
  );
}

/** Lets a feed fall silent. */
export function Silencing({ trainer, onDone }: { trainer: Trainer; onDone(): void }) {
  const [source, setSource] = useState(trainer.sources[0]?.code ?? "");
  const [hours, setHours] = useState("2");
  const { sending, wrong, refuse, send } = useSending();
  const submit = () => {
    const howLong = above0(hours);
    if (howLong === null) return refuse("Hours are a number above 0.");
    send(() => silence({ source, hours: howLong }).then(onDone));
  };
  return (
    <Form label="Silence a feed" wrong={wrong} onSubmit={submit}>
      <p class="quiet">It says nothing for a while. What it held back arrives when it speaks again, late.</p>
      <div class="form-row">
        <label>
          Feed
          <select value={source} onChange={(event) => setSource(event.currentTarget.value)}>
            {trainer.sources.map((each) => (
              <option key={each.code} value={each.code}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        <label class="trainer-hours">
          Hours
          <input
            inputMode="decimal"
            autocomplete="off"
            value={hours}
            onInput={(event) => setHours(event.currentTarget.value)}
          />
        </label>
      </div>
      <button type="submit" class="button button-first" disabled={sending}>
        Silence it
      </button>
    </Form>
  );
}
