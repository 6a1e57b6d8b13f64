import { useState } from "preact/hooks";
import { Form, useSending } from "../form/form";
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
  const { wrong, sending, send } = useSending();
  if (!open)
    return (
      <button type="button" class="button button-small no-print" onClick={() => setOpen(true)}>
        Withdraw<span class="hidden"> {what}</span>
      </button>
    );
  return (
    <Form name="note-withdraw" wrong={wrong} onSubmit={() => send(() => onWithdraw(why.trim()))}>
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
        <button type="submit" class="button button-first" disabled={sending}>
          Withdraw it
        </button>
        <button type="button" class="button" onClick={() => setOpen(false)}>
          Keep it
        </button>
      </div>
    </Form>
  );
}
