import type { OpelLevel, OpelSummary } from "../../api/types";

/** The level to show where there is room for one: the declared, or else the calculated; null where neither is known. */
export const leadingLevel = (opel: OpelSummary | null): OpelLevel | null =>
  opel?.declared?.level ?? opel?.level ?? null;
