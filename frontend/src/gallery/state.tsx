import type { ComponentChildren } from "preact";
import type { Standing } from "../components/standing/standing";

export function Part({
  name,
  words,
  children,
}: {
  name: string;
  words: string;
  children: ComponentChildren;
}) {
  return (
    <section class="part">
      <div>
        <h2>{name}</h2>
        <p class="quiet">{words}</p>
      </div>
      <div class="part-states">{children}</div>
    </section>
  );
}

export interface StateProps {
  words: string;
  /** The page's own line is lost. */
  lost?: boolean;
  wide?: boolean;
  children: ComponentChildren;
}

export function State({ words, lost, wide, children }: StateProps) {
  return (
    <figure class={wide ? "state state-wide" : "state"} data-connection={lost ? "lost" : undefined}>
      <div class="card">{children}</div>
      <figcaption>{words}</figcaption>
    </figure>
  );
}

/** Every way in which the facts behind a drawing can stand. */
export const standings: { words: string; standing: Standing; lost?: boolean }[] = [
  { words: "Live", standing: { kind: "live" } },
  { words: "Delayed", standing: { kind: "delayed", at: Date.parse("2026-01-12T18:29:00Z") } },
  { words: "Feed lost", standing: { kind: "lost", at: Date.parse("2026-01-12T16:10:00Z") } },
  {
    words: "No data: the feed has sent nothing",
    standing: { kind: "absent", absent: "feed_silent", reason: "feed silent since Fri 17:02" },
  },
  { words: "Not due", standing: { kind: "absent", absent: "not_due", reason: "not due until 08:00" } },
  { words: "Suppressed", standing: { kind: "absent", absent: "suppressed", reason: null } },
  {
    words: "Not applicable",
    standing: { kind: "absent", absent: "not_applicable", reason: "no type 1 ED" },
  },
  { words: "Loading", standing: { kind: "loading" } },
  { words: "Page lost", standing: { kind: "live" }, lost: true },
];
