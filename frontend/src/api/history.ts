import type { Rebase } from "./rebases";

/** A reading of the past; a value that is null is a gap, never nought. */
export interface HistoryPoint {
  at: string;
  /** The end of the hour, which is when the value stood. */
  until: string | null;
  value: number | null;
  absent: string | null;
}

export interface SpcPointRow {
  at: string;
  value: number;
  side: -1 | 0 | 1;
  cause: "astronomical" | "trend" | "two_of_three" | "shift" | null;
  variation: "common" | "improvement" | "concern" | "neutral";
}

export interface SpcLimitsRow {
  mean: number;
  lower: number;
  upper: number;
}

/** Days of one process, with limits of their own; none while there is one day. */
export interface SpcPartRow {
  at: string;
  until: string;
  points: number;
  limits: SpcLimitsRow | null;
  trial: boolean;
  /** By whose word it begins. */
  rebases: Rebase[];
}

/** The chart ends in a shift: somebody may know what changed. */
export interface SpcAdviceRow {
  at: string;
  points: number;
  side: -1 | 1;
}

/** An XmR chart as the server worked it out. */
export interface SpcChartRow {
  parts: SpcPartRow[];
  points: SpcPointRow[];
  variation: "common" | "improvement" | "concern" | "neutral" | null;
  assurance: "passes" | "fails" | "hit_and_miss" | null;
  advice: SpcAdviceRow | null;
}

export interface MeasureHistory {
  measure: string;
  code: string;
  points: HistoryPoint[];
  spc: SpcChartRow | null;
  spc_reason: string | null;
}

/** What each of the last hours closed with, of several measures at the system and its sites. */
export interface HoursAnswer {
  from: string;
  to: string;
  series: { measure: string; code: string; values: (number | null)[] }[];
}
