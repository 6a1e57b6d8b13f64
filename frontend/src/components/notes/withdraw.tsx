import { useState } from "preact/hooks";
import "../form/form.css";
import "./notes.css";

export interface WithdrawProps {
  /** "note 2". */
  what: string;
  /** What becomes of it, in a sentence. */
  consequence: string;
  onWithdraw(why: string): Promise<unknown>;
}

/** Takes back what somebody declared or wrote, with the reason. */
export function Withdraw({ what, consequence, onWithdraw }: WithdrawProps) {
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const [said, setSaid] = useState("");
  if (!open)
    return (
      <button type="button" class="button button-small no-print" onClick={() => setOpen(true)}>
        Withdraw<span class="hidden"> {what}</span>
      </button>
    );
  return (
    <form
      class="form note-withdraw"
      onSubmit={(event) => {
        event.preventDefault();
        onWithdraw(why.trim()).catch((error: Error) => setSaid(error.message));
      }}
    >
      <label class="form-wide">
        Why withdraw {what}? <span class="quiet">{consequence}</span>
        <input
          value={why}
          required
          maxLength={200}
          ref={(field) => field?.focus()}
          onInput={(event) => setWhy(event.currentTarget.value)}
        />
      </label>
      <div class="form-buttons">
        <button type="submit" class="button button-first">
          Withdraw it
        </button>
        <button type="button" class="button" onClick={() => setOpen(false)}>
          Keep it
        </button>
      </div>
      <p aria-live="polite" class={said ? "form-wrong" : ""}>
        {said}
      </p>
    </form>
  );
}
