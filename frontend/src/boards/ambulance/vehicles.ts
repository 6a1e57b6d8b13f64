import type { Vehicle as Told } from "../../api/types";
import type { Vehicle } from "../../components/vehicles/vehicle-strip";

/** Late by its own word, a vehicle is still on its way until it has arrived. */
const STILL_DUE = -0.5;

export interface OnTheStrip {
  vehicles: Vehicle[];
  /** On their way without a word of when: they have no place on the minutes. */
  unplaced: number;
}

/** Vehicles by minutes since they arrived, or until they are due. */
export function onTheStrip(told: Told[], now: number): OnTheStrip {
  const minutesSince = (at: string) => (now - Date.parse(at)) / 60_000;
  const vehicles: Vehicle[] = [];
  let unplaced = 0;
  for (const each of told) {
    const category = each.category ?? undefined;
    if (each.state === "waiting") vehicles.push({ minutes: Math.max(0, minutesSince(each.since)), category });
    else if (each.expected_at === null) unplaced += 1;
    else vehicles.push({ minutes: Math.min(STILL_DUE, minutesSince(each.expected_at)), category });
  }
  return { vehicles, unplaced };
}
