import { useEffect } from "preact/hooks";

export interface Actions {
  explain(figure: HTMLElement): void;
  find(): void;
  help(): void;
  wall(): void;
  theme(): void;
}

const figuresOf = (row: Element) => [...row.querySelectorAll<HTMLElement>("[data-measure]")];

/** Moves to the same figure one row down or up; from nowhere, to the first row. */
function move(step: 1 | -1) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const current = document.activeElement?.closest("[data-row]") ?? null;
  const measure = (document.activeElement as HTMLElement | null)?.dataset.measure;
  const index = current ? rows.indexOf(current) + step : 0;
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
  if (!row) return;
  const figures = figuresOf(row);
  const next = figures.find((figure) => figure.dataset.measure === measure) ?? figures[0];
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Whether a key is for a field of a form. */
export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

/** The keys of the board. Enter needs nothing here: a figure is a button. */
export function useKeyboard({ explain, find, help, wall, theme }: Actions) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      const key = event.key.toLowerCase();
      if (key === "j") move(1);
      else if (key === "k") move(-1);
      else if (key === "e") {
        const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(
          "[data-measure]",
        );
        const chosen = document.querySelector<HTMLElement>("[data-row][aria-current] [data-measure]");
        const figure = focused ?? chosen ?? document.querySelector<HTMLElement>("[data-row] [data-measure]");
        if (figure) explain(figure);
      } else if (key === "/") find();
      else if (key === "?") help();
      else if (key === "w") wall();
      else if (key === "d") theme();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [explain, find, help, wall, theme]);
}
