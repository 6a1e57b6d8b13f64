/** One point, as the server judged it by the Making Data Count rules. */
export interface SpcPoint {
  at: number;
  value: number | null;
  special: "improving" | "concerning" | "neither" | null;
}

/** Limits over a stretch of points; a step in the process begins another. */
export interface SpcLimits {
  from: number;
  to: number;
  mean: number;
  lower: number;
  upper: number;
  /** Too few points for limits that judge. */
  trial?: boolean;
}

/** Where somebody declared that the process was changed, and the limits begin again. */
export interface SpcStep {
  at: number;
  why: string;
}

export type Variation =
  | "improving_high"
  | "improving_low"
  | "concerning_high"
  | "concerning_low"
  | "neither_high"
  | "neither_low"
  | "common";

export type Assurance = "pass" | "fail" | "hit_and_miss";

/** A whole chart. Nothing here is worked out in the browser. */
export interface SpcSeries {
  points: SpcPoint[];
  limits: SpcLimits[];
  steps?: SpcStep[];
  target: number | null;
  /** Null while the last part has too few points to judge. */
  variation: Variation | null;
  /** Null without a target, and without a variation. */
  assurance: Assurance | null;
  /** Why nothing is judged, in the server's words. */
  reason?: string;
  /** Which rule was broken, in words: "over 7 points above the mean". */
  rule?: string;
}

export const variationWords: Record<Variation, string> = {
  improving_high: "improving, high",
  improving_low: "improving, low",
  concerning_high: "concerning, high",
  concerning_low: "concerning, low",
  neither_high: "changed, higher",
  neither_low: "changed, lower",
  common: "common cause: no change that counts",
};

export const assuranceWords: Record<Assurance, string> = {
  pass: "will pass the target",
  fail: "will fail the target",
  hit_and_miss: "hit and miss: may pass or fail the target",
};

/** "Concerning, high: over 7 points above the mean. Will fail the target." */
export function spcInWords({ variation, assurance, rule, reason }: SpcSeries): string {
  const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  if (variation === null) return reason ?? "Too few points to judge.";
  return [
    sentence(rule ? `${variationWords[variation]}: ${rule}` : variationWords[variation]),
    assurance ? sentence(assuranceWords[assurance]) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** A few moments of the series to name on the axis, evenly spaced, first and last among them. */
export function namedMoments(points: { at: number }[], most: number): number[] {
  if (points.length <= most) return points.map((each) => each.at);
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)]?.at ?? 0);
}
