import { useEffect, useRef, useState } from "preact/hooks";
import type { NoteWanted } from "../../api/notes";
import { fromWallClock, wallClock } from "../../format/london";
import { Form, useSending } from "../form/form";
import "./notes.css";

export interface NoteFormProps {
  /** What a note can be about: the site, what it is part of; the first is the figure's own. */
  scopes: { code: string; name: string }[];
  measure: { name: string; title: string };
  /** The moment pointed to, or now. */
  at: number;
  onWrite(wanted: NoteWanted): Promise<unknown>;
  onClose(): void;
}

const iso = (text: string) => {
  const at = fromWallClock(text);
  return at === null ? null : new Date(at).toISOString();
};

/** A note on a moment: what happened, when, about where. */
export function NoteForm({ scopes, measure, at, onWrite, onClose }: NoteFormProps) {
  const [text, setText] = useState("");
  const [from, setFrom] = useState(wallClock(at));
  const [until, setUntil] = useState("");
  const [scope, setScope] = useState(scopes[0]?.code ?? "");
  const [alone, setAlone] = useState(false);
  const { sending, wrong, refuse, send } = useSending();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setFrom(wallClock(at)), [at]);
  // The whole form comes into sight, and not its first field alone.
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.form?.scrollIntoView({ block: "nearest" });
  }, []);
  const write = () => {
    const moment = iso(from);
    if (moment === null) return refuse("Say from when, as a date and a time.");
    const about = alone ? measure.name : null;
    send(() =>
      onWrite({ scope, measure: about, at: moment, until: until ? iso(until) : null, text }).then(onClose),
    );
  };
  return (
    <Form name="note-form" label="A note on a moment" wrong={wrong} onSubmit={write}>
      <label class="form-wide">
        What happened <span class="quiet">everybody reads it: names nobody</span>
        <input
          ref={field}
          value={text}
          required
          maxLength={280}
          placeholder="CT scanner down"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="form-row">
        <label>
          From
          <input
            type="datetime-local"
            required
            value={from}
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <label>
          Until <span class="quiet">if it lasted</span>
          <input
            type="datetime-local"
            min={from}
            value={until}
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
        </label>
      </div>
      <label class="form-wide">
        About
        <select value={scope} onChange={(event) => setScope(event.currentTarget.value)}>
          {scopes.map((each) => (
            <option key={each.code} value={each.code}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <label class="form-check">
        <input type="checkbox" checked={alone} onChange={(event) => setAlone(event.currentTarget.checked)} />
        <span>Only about {measure.title}</span>
      </label>
      <div class="form-buttons">
        <button type="submit" class="button button-first" disabled={sending}>
          Write the note
        </button>
        <button type="button" class="button" onClick={onClose}>
          Do not
        </button>
      </div>
    </Form>
  );
}
