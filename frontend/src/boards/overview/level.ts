import type { OpelLevel } from "../../components/opel/opel-chip";

/** A level as far as this board says it. */
export interface Level {
  level: OpelLevel | null;
  indicative: boolean;
}

/** The level the server has scored for a site or the system; null where it has scored none. */
export const levelOf = (scored: object): Level | null => (scored as { opel?: Level | null }).opel ?? null;
