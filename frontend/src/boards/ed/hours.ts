import type { Site } from "../../api/types";
import { bandsOf } from "../../components/bands/bands";

/** Those in the department, past 4 hours and past 12 hours since arrival. */
export const hoursInEd = (site: Site) =>
  bandsOf(["ed.in_department", "ed.over_4h", "ed.over_12h"].map((measure) => site.measures[measure]));
/** What the bands are called, and the one from which on they are red. */
export const HOURS = ["under 4 h", "4 to 12 h", "over 12 h since arrival"];
export const TWELVE = 2;
