import type { OpelSummary } from "../../api/types";
import { EN_DASH, points } from "../../format/number";
import { OpelChip, opelWords } from "./opel-chip";
import "./opel-level.css";

/** The level in words: OPEL 3, OPEL 2 to 3 where a missing reading leaves it open, or that there is none. */
export function levelInWords(opel: OpelSummary | null): string {
  if (!opel) return "no level";
  return opel.level ? `OPEL ${opel.level}` : `OPEL ${opel.level_least} to ${opel.level_most}`;
}

/** 17 of 24, or 15 to 18 of 24. */
export function scoreInWords(opel: OpelSummary): string {
  const score = opel.score ?? null;
  const shown = score === null ? `${points(opel.score_least)} to ${points(opel.score_most)}` : points(score);
  return `${shown} of ${opel.of}`;
}

/** A level beside a name: its shape, or the range it lies in. What stands around it says local and indicative. */
export function OpelCell({ opel }: { opel: OpelSummary | null }) {
  return (
    <span class="opel-cell">
      {opel?.level ? (
        <OpelChip level={opel.level} size={22} />
      ) : (
        <span class="opel-open" role="img" aria-label={levelInWords(opel)}>
          {opel ? `${opel.level_least}${EN_DASH}${opel.level_most}` : EN_DASH}
        </span>
      )}
    </span>
  );
}

/** A level as a headline, with its score and what is to be known of it. A declared level is not there yet. */
export function OpelHeadline({ opel }: { opel: OpelSummary | null }) {
  const notes = opel && [
    "calculated",
    ...(opel.local ? ["local"] : []),
    ...(opel.indicative ? ["indicative"] : []),
  ];
  return (
    <div class="opel-headline">
      <div class="opel-line">
        {opel?.level && <OpelChip level={opel.level} size={30} />}
        <b>{levelInWords(opel)}</b>
      </div>
      <div class="opel-detail">
        {opel && notes ? (
          <>
            {opel.level && `${opelWords[opel.level]}, `}
            {scoreInWords(opel)}
            <br />
            {notes.join(", ")}
          </>
        ) : (
          "nothing is scored yet"
        )}
      </div>
    </div>
  );
}
