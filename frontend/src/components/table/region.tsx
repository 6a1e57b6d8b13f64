import type { ComponentChildren } from "preact";
import "./region.css";

/** Room that a wide table scrolls in; a region that scrolls must be reachable by keyboard. */
export function Region({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class="table-region" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
