import type { MeasureDefinition, Value } from "../api/types";
import { inWords } from "./number";

/** The plan that a figure is held against, and which way is better. */
export interface Target {
  at: number;
  direction: MeasureDefinition["direction"];
}

/** Whether a figure is past its plan. */
export function crossed(value: number, target: Target): boolean {
  if (target.direction === "lower") return value > target.at;
  if (target.direction === "higher") return value < target.at;
  return false;
}

/** The target in words: "plan 78%". */
export function targetInWords(definition: MeasureDefinition | undefined): string {
  if (!definition || definition.target === null) return "";
  const value: Value = {
    value: definition.target,
    unit: definition.unit,
    numerator: null,
    denominator: null,
    n: null,
    absent: null,
    reason: null,
    as_of: null,
    freshness: "live",
  };
  return `plan ${inWords(value).replace(".0%", "%")}`;
}
