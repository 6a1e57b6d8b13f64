import type { OpelLevel, OpelSummary } from "../../api/types";
import { OpelChip } from "./opel-chip";

/**
 * The level to show where there is room for one; null where none is known. Of a site the calculated: no room is left to
 * say where another is from, and beside it stand others that are calculated. Else the newer of the declared and the told.
 */
export const leadingLevel = (opel: OpelSummary | null): OpelLevel | null =>
  (opel?.local ? null : opel?.holds?.level) ?? opel?.level ?? null;

/** The chip of the level that leads; nothing where none is known. */
export function LeadingChip({ opel, size }: { opel: OpelSummary | null; size: number }) {
  const level = leadingLevel(opel);
  return level && <OpelChip level={level} size={size} />;
}
