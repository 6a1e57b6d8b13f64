/** A value at a moment (milliseconds since 1970); null where there was no reading. */
export interface Point {
  at: number;
  value: number | null;
}

export interface ForecastPoint {
  at: number;
  middle: number;
  low50: number;
  high50: number;
  low80: number;
  high80: number;
}

/** How much less error than the named naive rule: 0.28 is 28% less. Null while there are too few points. */
export interface SkillScore {
  share: number | null;
  against: string;
}

/** What is expected, as it was issued. The server makes it; a board draws it or leaves it out. */
export interface Forecast {
  issuedAt: number;
  points: ForecastPoint[];
  skill: SkillScore;
  /** The name of the naive rule, where the forecast stepped down to it. */
  naive?: string;
  /** When the middle crosses the target line, and the 80% range of that. */
  crossing?: { at: number; from: number | null; to: number | null };
}

export interface TargetLine {
  value: number;
  label: string;
}

/** Every number a drawing of facts, forecast and target must have room for. */
export const numbersOf = (points: Point[], forecast?: Forecast, target?: TargetLine) => [
  ...points.map((each) => each.value),
  ...(forecast?.points.flatMap((each) => [each.low80, each.high80]) ?? []),
  target?.value,
];
