import { useState } from "preact/hooks";
import { fetchTrainer, jumpTo, saveMoment, type Trainer } from "../../api/trainer";
import { Form, useSending } from "../../components/form/form";
import { clockTime, date } from "../../format/time";

const ASK_MS = 700;
const GIVE_UP_MS = 120_000;

/** Once the server has opened another store than `before`; the page begins anew then. Rejects where it takes too long. */
function opened(before: Trainer, name: string | null): Promise<void> {
  const until = performance.now() + GIVE_UP_MS;
  return new Promise((resolve, reject) => {
    const ask = () =>
      fetchTrainer().then((trainer) => {
        if (trainer.moment === name && trainer.copied_at !== before.copied_at) resolve();
        else again();
      }, again);
    const again = () => {
      if (performance.now() > until)
        reject(new Error("The server has not come back yet. Look at its terminal."));
      else setTimeout(ask, ASK_MS);
    };
    ask();
  });
}

const megabytes = (size: number) => `${Math.max(1, Math.round(size / 1e6))} MB`;

/** Copies of the store: save this moment, jump to one, go back. */
export function Moments({ trainer, onDone }: { trainer: Trainer; onDone(): void }) {
  const [name, setName] = useState("");
  const [goingTo, setGoingTo] = useState<string | null>(null);
  const saving = useSending();
  const jumping = useSending();
  if (!trainer.may_save)
    return (
      <p class="nothing">
        This server uses a database of your own: moments of it are yours to save and restore.
      </p>
    );
  const jump = (to: string | null) => {
    setGoingTo(to ?? "the store itself");
    jumping.send(() =>
      jumpTo(to)
        .then(() => opened(trainer, to))
        .then(() => location.reload()),
    );
  };
  return (
    <>
      {trainer.moment !== null && (
        <p class="trainer-copy">
          This is a copy of <b>{trainer.moment}</b>. What was left stands as it was.{" "}
          <button
            type="button"
            class="button button-small"
            disabled={jumping.sending}
            onClick={() => jump(null)}
          >
            Go back
          </button>
        </p>
      )}
      {trainer.moments.length > 0 && (
        <ul class="moments">
          {trainer.moments.map((each) => (
            <li key={each.name}>
              <span>
                <b>{each.name}</b>
                <span class="quiet">
                  {date(Date.parse(each.system_at))}, {clockTime(Date.parse(each.system_at))} ·{" "}
                  {megabytes(each.size)}
                </span>
              </span>
              <button
                type="button"
                class="button button-small"
                disabled={jumping.sending}
                onClick={() => jump(each.name)}
              >
                Jump<span class="hidden"> to {each.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p aria-live="polite" class={jumping.wrong ? "form-wrong" : "trainer-going"}>
        {jumping.sending ? `Opening ${goingTo}. The boards are away for some seconds.` : jumping.wrong}
      </p>
      <Form
        label="Save this moment"
        wrong={saving.wrong}
        onSubmit={() =>
          saving.send(() =>
            saveMoment(name.trim()).then(() => {
              setName("");
              onDone();
            }),
          )
        }
      >
        <label class="form-wide">
          Save this moment as <span class="quiet">letters, digits, spaces and hyphens</span>
          <input
            required
            maxLength={40}
            pattern="[A-Za-z0-9][A-Za-z0-9 _\-]*"
            autocomplete="off"
            value={name}
            placeholder="before the surge"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button button-first" disabled={saving.sending}>
          {saving.sending ? "Saving" : "Save"}
        </button>
      </Form>
    </>
  );
}
