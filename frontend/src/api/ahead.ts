import type { SkillScore } from "../scale/series";
import type { OpelLevel } from "./types";

export type AlertState = "breached" | "expected" | "silent" | "inhibited" | "silenced" | "resolved";

/** One alert as the server tells it. */
export interface Alert {
  id: string;
  state: AlertState;
  where: string;
  what: string;
  /** "57", "of 45 min": how bad, against which line. */
  value: string;
  against: string;
  /** When it breached, is likely to, or fell silent. */
  at: number;
  /** The 80% range of an expected breach. */
  range?: { from: number; to: number };
  /** Null for a fact. */
  probability: number | null;
  skill?: SkillScore;
  /** Null while no one has it. */
  owner: string | null;
  ownedSince: number | null;
  /** Said in the place of the owner's time: why it is held back, or how it ended. */
  note?: string;
}

/** The probability of each level in one hour. The server's forecast says it; they add to one. */
export interface LevelHour {
  at: number;
  level: Record<OpelLevel, number>;
}

/** What a picture may carry of what is ahead. What is left out, no one has worked out, and nothing is drawn of it. */
export interface Ahead {
  alerts?: Alert[];
  levels?: {
    /** By the site's code. */
    hours: Record<string, LevelHour[]>;
    skill: SkillScore;
  };
}
