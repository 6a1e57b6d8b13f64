import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import "./dialog.css";

export interface DialogProps {
  id: string;
  label: string;
  /** A panel stands at the side, a card in the middle. */
  form: "panel" | "card";
  onClose(): void;
  children: ComponentChildren;
}

/** A dialog that takes the focus, gives it back, and closes by Esc or a press outside it. */
export function Dialog({ id, label, form, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it from the keyboard
    <dialog
      ref={element}
      id={id}
      class={`dialog dialog-${form}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <button type="button" class="dialog-close no-print" onClick={onClose}>
          Close <span class="dialog-key">Esc</span>
        </button>
        {children}
      </div>
    </dialog>
  );
}
