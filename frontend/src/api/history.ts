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
  variation: "common" | "improvement" | "concern" | "neutral";
}

/** An XmR chart as the server worked it out. */
export interface SpcChartRow {
  mean: number;
  lower: number;
  upper: number;
  trial: boolean;
  points: SpcPointRow[];
  variation: "common" | "improvement" | "concern" | "neutral";
  assurance: "passes" | "fails" | "hit_and_miss" | null;
}

export interface MeasureHistory {
  measure: string;
  code: string;
  points: HistoryPoint[];
  spc: SpcChartRow | null;
  spc_reason: string | null;
}
