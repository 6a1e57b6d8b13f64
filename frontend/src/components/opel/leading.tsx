import type { OpelLevel, OpelSummary } from "../../api/types";
import { OpelChip } from "./opel-chip";

/** The level to show where there is room for one: the newer of the declared and the told, or else the calculated; null where neither is known. */
export const leadingLevel = (opel: OpelSummary | null): OpelLevel | null =>
  opel?.holds?.level ?? opel?.level ?? null;

/** The chip of the level that leads; nothing where none is known. */
export function LeadingChip({ opel, size }: { opel: OpelSummary | null; size: number }) {
  const level = leadingLevel(opel);
  return level && <OpelChip level={level} size={size} />;
}
