import { useEffect } from "preact/hooks";

/** What tells one thing from another on a page, whichever element shows it. */
interface Thing {
  element: HTMLElement;
  id: string;
  measure: string | undefined;
  site: string | undefined;
  href: string | null;
  /** The row it stands in, and the named part of the page around it: the same figure may stand in two. */
  row: string | undefined;
  part: string | null;
}

const partOf = (element: Element) => {
  const part = element.closest("[aria-labelledby], section[aria-label]");
  return part && (part.getAttribute("aria-labelledby") ?? part.getAttribute("aria-label"));
};

const thingOf = (element: HTMLElement): Thing => ({
  element,
  id: element.id,
  measure: element.dataset.measure,
  site: element.dataset.site,
  href: element.getAttribute("href"),
  row: element.closest<HTMLElement>("[data-row]")?.dataset.row,
  part: partOf(element),
});

const quoted = (name: string, value: string) => `[${name}="${CSS.escape(value)}"]`;

function selectorOf({ id, measure, site, href }: Thing): string | null {
  if (id) return `#${CSS.escape(id)}`;
  if (measure && site) return quoted("data-measure", measure) + quoted("data-site", site);
  return href === null ? null : `a${quoted("href", href)}`;
}

/** The element that shows a thing now: the same one where it only moved, else its like; else the first figure of its row. */
function shownNow(thing: Thing): HTMLElement | null {
  if (thing.element.isConnected) return thing.element;
  const selector = selectorOf(thing);
  const alike = selector === null ? [] : [...document.querySelectorAll<HTMLElement>(selector)];
  const near = (element: HTMLElement) =>
    Number(partOf(element) === thing.part) +
    Number(element.closest<HTMLElement>("[data-row]")?.dataset.row === thing.row);
  const [nearest] = alike.sort((a, b) => near(b) - near(a));
  if (nearest || !thing.row) return nearest ?? null;
  const rows = [...document.querySelectorAll<HTMLElement>(quoted("data-row", thing.row))];
  const row = rows.find((each) => partOf(each) === thing.part);
  return row?.querySelector<HTMLElement>("[data-measure], a[href], button") ?? null;
}

/**
 * Gives the focus back where a render took it: a browser takes it from an element that is moved or replaced, which rows
 * are as figures change their order. Focus that a person takes away stays away. Returns what ends it.
 */
export function keepFocus(): () => void {
  let last: Thing | null = null;
  const isNowhere = () => document.activeElement === null || document.activeElement === document.body;
  const focused = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement) last = thingOf(target);
  };
  // A render is over, and the observer has answered, before a timer runs: what is nowhere then was left by somebody.
  const left = () =>
    setTimeout(() => {
      if (isNowhere()) last = null;
    });
  const rendered = (records: MutationRecord[]) => {
    const thing = last;
    if (!thing || !isNowhere()) return;
    if (!records.some(({ removedNodes }) => [...removedNodes].some((node) => node.contains(thing.element))))
      return;
    // The page stays where it is: figures that change move nothing under the eye.
    shownNow(thing)?.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(rendered);
  observer.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", focused);
  document.addEventListener("focusout", left);
  return () => {
    observer.disconnect();
    document.removeEventListener("focusin", focused);
    document.removeEventListener("focusout", left);
  };
}

/** Keeps the focus on the thing it stands on, for as long as a board is shown. */
export const useKeptFocus = () => useEffect(keepFocus, []);
