import { useState } from "preact/hooks";
import { Form, useSending } from "../form/form";
import "../notes/notes.css";

export interface RebaseFormProps {
  /** Where the chart's own advice would begin; else empty. */
  day: string;
  today: string;
  onDeclare(day: string, reason: string): Promise<unknown>;
  onClose(): void;
}

/** From which day the limits of a chart begin again, and what changed then. */
export function RebaseForm({ day: advised, today, onDeclare, onClose }: RebaseFormProps) {
  const [day, setDay] = useState(advised);
  const [reason, setReason] = useState("");
  const { wrong, sending, send } = useSending();
  return (
    <Form
      name="note-form"
      label="Begin the limits again"
      wrong={wrong}
      onSubmit={() => send(() => onDeclare(day, reason.trim()).then(onClose))}
    >
      <p class="quiet">
        Only where you know what changed in the process, and that it is to last. Days before keep their
        limits.
      </p>
      <label class="form-wide">
        What changed <span class="quiet">everybody reads it: names nobody</span>
        <input
          value={reason}
          required
          maxLength={280}
          placeholder="Twelve escalation beds opened"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <label class="form-wide">
        First day of the changed process
        <input
          type="date"
          required
          max={today}
          value={day}
          onInput={(event) => setDay(event.currentTarget.value)}
        />
      </label>
      <div class="form-buttons">
        <button type="submit" class="button button-first" disabled={sending}>
          Begin them again
        </button>
        <button type="button" class="button" onClick={onClose}>
          Do not
        </button>
      </div>
    </Form>
  );
}
