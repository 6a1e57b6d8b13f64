import type { Value } from "../../api/types";
import { absenceInFull } from "../../format/number";
import { age, momentBeside } from "../../format/time";
import "./standing.css";

/** How the facts behind a drawing stand: what a reading says of its figure, said of a chart. */
export type Standing =
  | { kind: "live" }
  | { kind: "delayed"; at: number }
  | { kind: "lost"; at: number }
  | { kind: "absent"; absent: NonNullable<Value["absent"]>; reason: string | null }
  | { kind: "loading" };

export const LIVE: Standing = { kind: "live" };

/** The standing of the reading that a drawing belongs to. */
export function standingOf(value: Value | undefined): Standing {
  if (!value) return { kind: "loading" };
  if (value.absent !== null) return { kind: "absent", absent: value.absent, reason: value.reason };
  if (value.freshness === "live" || value.as_of === null) return LIVE;
  return { kind: value.freshness, at: Date.parse(value.as_of) };
}

/** What is said of it; nothing while it is live. */
export function standingInWords(standing: Standing, now: number): string {
  switch (standing.kind) {
    case "live":
      return "";
    case "delayed":
      return `${age(now - standing.at)} old`;
    case "lost":
      return `lost ${momentBeside(standing.at, now)}`;
    case "loading":
      return "not received yet";
    default:
      return absenceInFull({
        value: null,
        unit: "count",
        numerator: null,
        denominator: null,
        n: null,
        absent: standing.absent,
        reason: standing.reason,
        as_of: null,
        freshness: "live",
      });
  }
}

/** Whether there is anything to draw: a lost feed has its last facts, an absent one has none. */
export const hasFacts = (standing: Standing) => standing.kind !== "absent" && standing.kind !== "loading";

/** Stands in the place of a drawing that has nothing to draw. */
export function Nothing({ standing, now }: { standing: Standing; now: number }) {
  return (
    <p class="nothing">
      {standing.kind === "absent" && <span aria-hidden="true">– </span>}
      {standingInWords(standing, now)}
    </p>
  );
}
