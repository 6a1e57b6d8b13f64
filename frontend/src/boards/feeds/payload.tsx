import { useEffect, useRef, useState } from "preact/hooks";
import { fetchQuarantined, mend, replay } from "../../api/client";
import type { QuarantineItem } from "../../api/types";
import { Form, useSending } from "../../components/form/form";
import { count } from "../../format/number";
import { momentBeside } from "../../format/time";
import { type Change, fieldsOf, NO_CHANGE, pathsOf } from "./changes";

export const stateOf: Record<QuarantineItem["state"], string> = {
  held: "held",
  mended: "mended, not sent again",
  replayed: "sent again and taken in",
  expired: "expired",
};

/** As many fields as one mending may set. */
const MOST = 50;

export interface PayloadProps {
  item: QuarantineItem;
  now: number;
  mayMend: boolean;
  /** Something became of it, so that the list is to be read again. */
  onDone(): void;
}

/** A refused payload, redacted: why it was refused, and for who may, its fields to be mended and it to be sent again. */
export function Payload({ item, now, mayMend, onDone }: PayloadProps) {
  const [held, setHeld] = useState(item);
  const [told, setTold] = useState("");
  const open = held.state === "held" || held.state === "mended";
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // What was pressed may be gone with the form: the focus stays where the outcome is told.
    if (told && !open) words.current?.focus();
  }, [told, open]);
  return (
    <div class="payload">
      <h2>
        {held.type ?? "A payload"}
        {held.state === "replayed" ? ", sent again" : ", refused"}
      </h2>
      {held.state !== "replayed" && <p>{held.reason}</p>}
      <dl>
        {[
          ["Source", held.source ?? "not told"],
          ["Field", held.field ?? "the whole of it"],
          ["First received", momentBeside(Date.parse(held.received_at), now)],
          ["Last received", momentBeside(Date.parse(held.last_received_at), now)],
          ["Times", count(held.times)],
          ["State", stateOf[held.state]],
          ["Kept until", momentBeside(Date.parse(held.expires_at), now)],
        ].map(([term, words]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <h3>As it may be shown</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{JSON.stringify(held.redacted, null, 2)}</pre>
      <p class="quiet">Its bytes stay sealed. Only what is shown here leaves the server.</p>
      {open && mayMend && <Mending held={held} onHeld={setHeld} onTold={setTold} onDone={onDone} />}
      {open && !mayMend && <p class="quiet">A feed engineer can mend it and send it again.</p>}
      <p ref={words} tabIndex={-1} aria-live="polite" class="form-said">
        {told}
      </p>
    </div>
  );
}

interface MendingProps {
  held: QuarantineItem;
  onHeld(held: QuarantineItem): void;
  onTold(words: string): void;
  onDone(): void;
}

/** Sets fields of a payload and sends it again: one after the other, so that what was mended is seen before it goes. */
function Mending({ held, onHeld, onTold, onDone }: MendingProps) {
  const first = { ...NO_CHANGE, path: held.field ?? "" };
  const [changes, setChanges] = useState<Change[]>([first]);
  const [why, setWhy] = useState("");
  const { wrong, sending, refuse, send } = useSending();
  const mendable = !("unreadable" in held.redacted);
  const typing = mendable && changes.some(({ value, out }) => value || out);

  const attempt = (work: () => Promise<string>) => {
    onTold("");
    send(() => work().then(onTold).finally(onDone));
  };
  const mendIt = () => {
    const fields = fieldsOf(changes);
    if (typeof fields === "string") return refuse(fields);
    attempt(() =>
      mend(held.id, fields, why.trim()).then((mended) => {
        onHeld(mended);
        setChanges([{ ...NO_CHANGE }]);
        return "Mended. Look at it above; it is not sent again yet.";
      }),
    );
  };
  const sendIt = async () => {
    const { accepted, duplicate, quarantined } = await replay(held.id, why.trim());
    const after = await fetchQuarantined(held.id);
    onHeld(after);
    setChanges([{ ...NO_CHANGE, path: after.field ?? "" }]);
    if (quarantined > 0) return "Refused again: the reason is above.";
    return `Taken in: ${count(accepted)} new, ${count(duplicate ?? 0)} known already.`;
  };

  return (
    <Form
      label="Mend the payload and send it again"
      wrong={wrong}
      onSubmit={() => (typing ? mendIt() : attempt(sendIt))}
    >
      {mendable ? (
        <Changes changes={changes} paths={pathsOf(held.redacted)} onChanges={setChanges} />
      ) : (
        <p class="quiet">It is not one event, so no field of it can be set: ask for it to be sent again.</p>
      )}
      <label class="form-wide">
        Why <span class="quiet">for the audit; names nobody</span>
        <input value={why} maxLength={200} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <div class="form-buttons">
        <button type="submit" class="button button-first" disabled={sending}>
          {typing ? "Mend it" : "Send it through the door again"}
        </button>
      </div>
    </Form>
  );
}

interface ChangesProps {
  changes: Change[];
  /** The fields that are there, to choose from. */
  paths: string[];
  onChanges(changes: Change[]): void;
}

/** The fields to set, a row each. */
function Changes({ changes, paths, onChanges }: ChangesProps) {
  const rows = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState(0);
  useEffect(() => {
    if (added > 0) rows.current?.querySelector<HTMLInputElement>("fieldset:last-child input")?.focus();
  }, [added]);
  const set = (at: number, change: Partial<Change>) =>
    onChanges(changes.map((each, index) => (index === at ? { ...each, ...change } : each)));
  return (
    <>
      <h3>Mend it, send it again</h3>
      <datalist id="payload-fields">
        {paths.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      <div class="form-wide" ref={rows}>
        {changes.map((change, at) => (
          <fieldset class="payload-change" key={at}>
            <legend class="hidden">Field {at + 1}</legend>
            <label>
              Field
              <input
                list="payload-fields"
                value={change.path}
                maxLength={200}
                autoComplete="off"
                spellcheck={false}
                onInput={(event) => set(at, { path: event.currentTarget.value })}
              />
            </label>
            <label>
              Value
              <input
                value={change.value}
                disabled={change.out}
                autoComplete="off"
                spellcheck={false}
                onInput={(event) => set(at, { value: event.currentTarget.value })}
              />
            </label>
            <label class="form-check">
              <input
                type="checkbox"
                checked={change.out}
                onChange={(event) => set(at, { out: event.currentTarget.checked })}
              />
              <span>Take it out</span>
            </label>
          </fieldset>
        ))}
      </div>
      <p class="quiet">Numbers, true and false are sent as such; what stands in "double quotes" as text.</p>
      {changes.length < MOST && (
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            onChanges([...changes, { ...NO_CHANGE }]);
            setAdded(added + 1);
          }}
        >
          Another field
        </button>
      )}
    </>
  );
}
