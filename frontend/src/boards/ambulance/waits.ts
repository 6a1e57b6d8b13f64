import type { Site } from "../../api/types";
import { bandsOf } from "../../components/bands/bands";

const NESTED = [
  "ambulance.waiting_handover",
  "ambulance.waiting_over_15",
  "ambulance.waiting_over_30",
  "ambulance.waiting_over_45",
  "ambulance.waiting_over_60",
];

/** Ambulances waiting, past 15, 30, 45 and 60 minutes. */
export const waitsOf = (site: Site) => bandsOf(NESTED.map((measure) => site.measures[measure]));
/** What the bands are called, and the one from which on the 45-minute rule is broken. */
export const WAITS = ["under 15", "15 to 30", "30 to 45", "45 to 60", "over 60 min"];
export const RULE = 3;
/** The 45-minute rule, in minutes. */
export const LIMIT = 45;
