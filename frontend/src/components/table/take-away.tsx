import { useState } from "preact/hooks";
import { fileName, type Sheet, toCsv, toTabs } from "./sheet";
import "./take-away.css";

export interface TakeAwayProps {
  /** Names the file, and the buttons for those who cannot see which table they stand on. */
  title: string;
  /** The table as it is shown at the moment of the press. */
  sheet(): Sheet;
  now: number;
}

function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Copy and export of what a table shows. */
export function TakeAway({ title, sheet, now }: TakeAwayProps) {
  const [said, setSaid] = useState("");
  const copy = () => {
    // The clipboard is there only on a secure address.
    const copied = navigator.clipboard?.writeText(toTabs(sheet())) ?? Promise.reject();
    copied.then(
      () => setSaid("Copied"),
      () => setSaid("The browser does not allow copying here; use CSV"),
    );
  };
  return (
    <span class="take-away no-print">
      <span class="take-away-said" aria-live="polite">
        {said}
      </span>
      <button type="button" aria-label={`Copy ${title}`} onClick={copy}>
        Copy
      </button>
      <button
        type="button"
        aria-label={`Save ${title} as CSV`}
        onClick={() => {
          save(fileName(title, now), toCsv(sheet()));
          setSaid("Saved");
        }}
      >
        CSV
      </button>
    </span>
  );
}
