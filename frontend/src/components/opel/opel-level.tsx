import type { OpelSummary } from "../../api/types";
import { EN_DASH, points } from "../../format/number";
import { momentBeside } from "../../format/time";
import { OpelChip, opelWords } from "./opel-chip";
import "./opel-level.css";

/** The calculated level in words: OPEL 3, OPEL 2 to 3 where a missing reading leaves it open, or that there is none. */
export function levelInWords(opel: OpelSummary | null): string {
  if (!opel?.level_least) return "no level";
  return opel.level ? `OPEL ${opel.level}` : `OPEL ${opel.level_least} to ${opel.level_most}`;
}

/** 17 of 24, or 15 to 18 of 24. */
export function scoreInWords({ score, score_least, score_most, of }: OpelSummary): string {
  if (score !== null) return `${points(score)} of ${of}`;
  if (score_least === null || score_most === null) return "not scored";
  return `${points(score_least)} to ${points(score_most)} of ${of}`;
}

/** A level beside a name: its shape, or the range it lies in. What stands around it says local and indicative. */
export function OpelCell({ opel }: { opel: OpelSummary | null }) {
  return (
    <span class="opel-cell">
      {opel?.level ? (
        <OpelChip level={opel.level} size={22} />
      ) : (
        <span class="opel-open" role="img" aria-label={levelInWords(opel)}>
          {opel?.level_least ? `${opel.level_least}${EN_DASH}${opel.level_most}` : EN_DASH}
        </span>
      )}
    </span>
  );
}

/** declared 14:05, or told by its feed 14:05: what people agreed here, or what came by the feed (decision 22). */
export const sinceInWords = (holds: NonNullable<OpelSummary["holds"]>, now: number): string =>
  `${holds.origin === "boards" ? "declared" : "told by its feed"} ${momentBeside(Date.parse(holds.since), now)}`;

/** The declared level leads where there is one; the calculated one stands beside it, always. */
export function OpelHeadline({
  opel,
  now,
  opens,
  hero = false,
}: {
  opel: OpelSummary | null;
  now: number;
  /** Whose level is opened by a press; left out where none is. */
  opens?: string;
  /** The first thing on a page: large, and its words beside the shape. */
  hero?: boolean;
}) {
  const holds = opel?.holds ?? null;
  const level = holds?.level ?? opel?.level ?? null;
  const line = (
    <>
      {level && <OpelChip level={level} size={hero ? 50 : 30} />}
      <b>{holds ? `OPEL ${holds.level}` : levelInWords(opel)}</b>
    </>
  );
  return (
    <div class={hero ? "opel-headline opel-hero" : "opel-headline"}>
      {opens ? (
        <button type="button" class="opel-line opel-opens" data-opel={opens}>
          {line}
        </button>
      ) : (
        <div class="opel-line">{line}</div>
      )}
      <div class="opel-detail">
        {holds ? sinceInWords(holds, now) : level && opelWords[level]}
        {level && <br />}
        {opel?.level_least ? calculatedInWords(opel) : "nothing is scored yet"}
      </div>
    </div>
  );
}

/** calculated 3, 17 of 24, local, indicative. */
function calculatedInWords(opel: OpelSummary): string {
  const level = levelInWords(opel).replace("OPEL ", "");
  const notes = [`calculated ${level}`, scoreInWords(opel)];
  if (opel.local) notes.push("local");
  if (opel.indicative) notes.push("indicative");
  return notes.join(", ");
}
