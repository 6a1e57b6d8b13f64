import type { Overview, Value } from "../../api/types";
import { measuresOnWall } from "../../format/small";
import { crossed } from "../../format/target";
import { type Definitions, targetOf } from "./columns";

/** A reading against its plan; one that is late or absent is never said to be past it. */
export function standsAgainst(value: Value | undefined, measure: string, definitions: Definitions) {
  const target = targetOf(definitions, measure);
  // So few that a wall does not say how many are still more than none.
  if (value?.absent === "suppressed" && value.unit === "people" && value.freshness !== "lost")
    return target?.direction === "lower" && target.at === 0 ? "past" : "no line";
  if (!value || value.absent !== null || value.value === null || value.freshness === "lost" || !target)
    return "no line";
  return crossed(value.value, target) ? "past" : "within";
}

/** The overview without the counts of so few people that a wall, which visitors pass, may not show them. */
export const overviewOnWall = (overview: Overview): Overview => ({
  ...overview,
  totals: measuresOnWall(overview.totals),
  sites: overview.sites.map((site) => ({ ...site, measures: measuresOnWall(site.measures) })),
});
