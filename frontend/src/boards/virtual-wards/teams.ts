import type { Site, SiteUnit } from "../../api/types";
import { wardsOf } from "../beds/wards";

/** "Frailty" of "East Kent virtual ward": the hub says the rest. */
export const teamsOf = (units: SiteUnit[], hubs: Site[]) =>
  wardsOf(units.filter((unit) => unit.kind === "virtual_ward")).map((team) => ({
    ...team,
    name: team.name.replace(/ virtual ward$/i, ""),
    kind: hubs.find((hub) => team.code.startsWith(`${hub.code}-`))?.short_name,
  }));
