import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import "./form.css";

export interface Sending {
  /** While an answer is awaited; what sends is disabled then. */
  sending: boolean;
  /** Why the last attempt came to nothing. */
  wrong: string;
  refuse(why: string): void;
  send(deed: () => Promise<unknown>): void;
}

/** What a form does with the answer: it waits for it, and says what went wrong. */
export function useSending(): Sending {
  const [wrong, refuse] = useState("");
  const [sending, setSending] = useState(false);
  const send = (deed: () => Promise<unknown>) => {
    setSending(true);
    refuse("");
    deed()
      .catch((error: Error) => refuse(error.message))
      .finally(() => setSending(false));
  };
  return { sending, wrong, refuse, send };
}

export interface FormProps {
  label?: string;
  /** Names the form in its styles. */
  name?: string;
  wrong: string;
  onSubmit(): void;
  children: ComponentChildren;
}

/** Fields and buttons, and what went wrong said beneath. */
export function Form({ label, name, wrong, onSubmit, children }: FormProps) {
  return (
    <form
      class={name ? `form ${name}` : "form"}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <p aria-live="polite" class={wrong ? "form-wrong" : ""}>
        {wrong}
      </p>
    </form>
  );
}
