import type { Agreement, Feed } from "../../api/types";
import { momentBeside } from "../../format/time";
import type { Sheet } from "../table/sheet";

const incidents: Record<string, string> = {
  critical: "Critical incident",
  major: "Major incident",
  business_continuity: "Business continuity incident",
  mass_casualty: "Mass casualty incident",
  infection: "Infection incident",
  digital: "Digital incident",
};
const diverted: Record<string, string> = {
  ambulance: "ambulances",
  all_emergency: "all emergencies",
  specialty: "one specialty",
  maternity: "maternity",
  critical_care: "critical care",
  paediatric: "children",
};
const helping: Record<string, string> = {
  staff: "staff",
  beds: "beds",
  critical_care_transfer: "critical care transfers",
  equipment: "equipment",
  ambulances: "ambulances",
};
const reasons: Record<string, string> = {
  crowding: "crowding",
  no_beds: "no beds",
  staffing: "staffing",
  infection: "infection",
  estates: "the building",
  equipment: "equipment",
  incident: "an incident",
};

/** The name of a site or an organisation by its code. */
export type NameOf = (code: string) => string;

/** What it is: "Critical incident", "Divert of ambulances", "Mutual aid, 4 staff". */
export function whatInWords({ family, kind, count }: Agreement): string {
  if (family === "incident") return incidents[kind] ?? "Incident";
  if (family === "divert") return `Divert of ${diverted[kind] ?? "patients"}`;
  const help = helping[kind] ?? "help";
  return `Mutual aid, ${count === null ? help : `${count} ${help}`}`;
}

/** Where: the site of an incident, or the whole organisation; from which site to which. */
export function whereInWords(each: Agreement, nameOf: NameOf): string {
  if (each.family === "incident") return nameOf(each.site ?? each.organisation);
  return `${nameOf(each.from_site ?? "")} to ${nameOf(each.to_site ?? "")}`;
}

/** Since when, and until when it is expected to last: "since 14:05, to 16:30". */
export function whenInWords({ family, state, since, until }: Agreement, now: number): string {
  const begun = momentBeside(Date.parse(since), now);
  if (state === "asked") return `asked for ${begun}, not agreed yet`;
  if (until !== null) {
    const end = Date.parse(until);
    return `since ${begun}, ${end < now ? "was to end" : "to"} ${momentBeside(end, now)}`;
  }
  return family === "incident" ? `since ${begun}, not stood down` : `since ${begun}, no end given`;
}

/** How late who tells of it is; nothing while they are on time. */
export function lateInWords({ freshness, as_of }: Agreement, now: number): string {
  if (freshness === "live" || as_of === null) return "";
  const at = momentBeside(Date.parse(as_of), now);
  return freshness === "lost" ? `lost ${at}` : `told ${at}`;
}

/** Why, and who says so: "crowding; East Kent Hospitals". */
export function sourceInWords({ organisation, reason }: Agreement, nameOf: NameOf): string {
  const why = reason === null ? undefined : reasons[reason];
  return [why && `for ${why}`, `told by ${nameOf(organisation)}`].filter(Boolean).join("; ");
}

const families = [
  ["incident", "incident", "incidents"],
  ["divert", "divert", "diverts"],
  ["mutual_aid", "mutual aid", "mutual aid"],
] as const;

/** "1 incident, 2 diverts; 1 asked for". */
export function manyInWords(agreed: Agreement[]): string {
  const inForce = agreed.filter(({ state }) => state === "in_force");
  const said = families.flatMap(([family, one, more]) => {
    const many = inForce.filter((each) => each.family === family).length;
    return many === 0 ? [] : [`${many} ${many === 1 ? one : more}`];
  });
  const asked = agreed.length - inForce.length;
  return [said.join(", "), asked > 0 ? `${asked} asked for` : ""].filter(Boolean).join("; ");
}

/**
 * What is said where nothing is in force, by the feeds of those who could say otherwise; null where none was ever heard:
 * that nobody speaks is no all-clear.
 */
export function noneInWords(feeds: Feed[], now: number): string | null {
  const heard = feeds.filter((feed) => feed.last_event_at !== null);
  if (heard.length === 0) return null;
  const silent = heard.filter((feed) => feed.state === "silent");
  const late = silent.map(
    (feed) => `${feed.name} lost ${momentBeside(Date.parse(feed.last_event_at ?? ""), now)}`,
  );
  const unheard = feeds.length - heard.length;
  const rest = [...late, ...(unheard > 0 ? [`${unheard} never heard`] : [])];
  const said = `No incident, divert or mutual aid in force, by ${heard.length - silent.length} of ${feeds.length} feeds`;
  return rest.length > 0 ? `${said}; ${rest.join(", ")}` : said;
}

/** All of it as a table, for copy and export. */
export const sheetOfAgreed = (agreed: Agreement[], nameOf: NameOf, now: number): Sheet => [
  ["What", "Where", "State", "When", "Why and by whom", "Reference", "Age"],
  ...agreed.map((each) => [
    whatInWords(each),
    whereInWords(each, nameOf),
    each.state === "in_force" ? "in force" : "asked for",
    whenInWords(each, now),
    sourceInWords(each, nameOf),
    each.reference,
    lateInWords(each, now),
  ]),
];
