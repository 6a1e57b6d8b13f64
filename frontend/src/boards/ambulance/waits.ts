import type { Site } from "../../api/types";
import { bandsOf } from "../../components/bands/bands";

const NESTED = [
  "ambulance.waiting_handover",
  "ambulance.waiting_over_15",
  "ambulance.waiting_over_30",
  "ambulance.waiting_over_45",
];

/** Ambulances waiting, past 15, 30 and 45 minutes. */
export const waitsOf = (site: Site) => bandsOf(NESTED.map((measure) => site.measures[measure]));
/** What the bands are called, and the one from which on the 45-minute rule is broken. */
export const WAITS = ["under 15", "15 to 30", "30 to 45", "over 45 min"];
export const RULE = 3;
/** The 45-minute rule, in minutes. */
export const LIMIT = 45;
