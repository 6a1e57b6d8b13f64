import type { Value } from "../../api/types";
import { crossed } from "../../components/line-mark/line-mark";
import { type Definitions, targetOf } from "./columns";

/** A reading against its plan; one that is late or absent is never said to be past it. */
export function standsAgainst(value: Value | undefined, measure: string, definitions: Definitions) {
  const target = targetOf(definitions, measure);
  if (!value || value.absent !== null || value.value === null || value.freshness === "lost" || !target)
    return "no line";
  return crossed(value.value, target) ? "past" : "within";
}
