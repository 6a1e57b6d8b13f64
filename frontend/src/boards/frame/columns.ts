import type { ComponentChildren } from "preact";
import type { MeasureDefinition, Measures, Site } from "../../api/types";
import type { Column } from "../../components/site-table/site-table";
import { dayExtent } from "../../components/spark/day-spark";
import { type Target, targetInWords } from "../../format/target";
import type { HoursOf } from "../../store/hours";

export type Definitions = ReadonlyMap<string, MeasureDefinition>;

/** A column of a table of sites, before the figures are there. */
export interface Plan {
  measure: string;
  title: string;
  note?: string;
  /** Why a site has no such figure, where its service leaves it out. */
  none?: string;
  /** In the place of the counts under the figure. */
  detail?: string;
  beside?: { measure: string; word: string };
  draw?(measures: Measures): ComponentChildren;
  /** Draws the last day beside each reading, with the plan as a line. */
  drawn?: boolean;
}

/** The columns of the acute hospitals on the overview. */
export const acutePlans: Plan[] = [
  { measure: "ed.in_department", title: "In ED", note: "all areas", drawn: true },
  { measure: "ed.over_12h", title: "Over 12 h in ED", note: "from arrival", drawn: true },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today", drawn: true },
  { measure: "ed.decision_to_admit_waiting", title: "Decision to admit", note: "waiting for a bed" },
  {
    measure: "ambulance.handover_mean_today",
    title: "Handover",
    note: "mean today, now",
    beside: { measure: "ambulance.waiting_handover", word: "waiting" },
    drawn: true,
  },
  { measure: "beds.ga_occupancy", title: "G&A occupied", note: "now", drawn: true },
  { measure: "discharge.no_criteria_to_reside", title: "NCtR", note: "people" },
  { measure: "beds.tonight", title: "Beds tonight", note: "adult, net of decided" },
];

const otherPlans: Plan[] = [
  { measure: "ed.in_department", title: "In unit", note: "now" },
  { measure: "ed.attendances_today", title: "Attendances", note: "today" },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today" },
  { measure: "beds.community_occupied", title: "In a bed", note: "community" },
  { measure: "beds.ga_occupancy", title: "G&A occupied", note: "now" },
  { measure: "beds.ga_free", title: "Free G&A", note: "beds" },
  { measure: "discharge.no_criteria_to_reside", title: "NCtR", note: "people" },
  { measure: "mh.adult_occupancy", title: "Adult acute", note: "occupied" },
  { measure: "mh.older_occupancy", title: "Older adults", note: "occupied" },
  { measure: "mh.waiting_for_bed", title: "Waiting", note: "for a bed" },
  { measure: "mh.ready_for_discharge", title: "Ready", note: "to leave" },
  { measure: "s136.free", title: "S136", note: "free" },
  { measure: "virtual_ward.on_caseload", title: "On caseload", note: "now" },
  { measure: "virtual_ward.occupancy", title: "Occupied", note: "places" },
];

export function targetOf(definitions: Definitions, measure: string): Target | null {
  const definition = definitions.get(measure);
  if (!definition || definition.target === null) return null;
  return { at: definition.target, direction: definition.direction };
}

/** The last day of a measure at one place, with its plan. */
export const dayOf = (measure: string, code: string, definitions: Definitions, hours: HoursOf) => ({
  points: hours(measure, code),
  target: targetOf(definitions, measure),
});

/** Columns with the days that are drawn in them; of a drawn one the note is its plan. */
export const columnsOf = (
  plans: Plan[],
  sites: Site[],
  definitions: Definitions,
  hours: HoursOf,
  now: number,
): Column[] =>
  plans.map(({ drawn, ...plan }) => {
    const note = (drawn && targetInWords(definitions.get(plan.measure))) || plan.note;
    if (!drawn) return { ...plan, note };
    const target = targetOf(definitions, plan.measure);
    const of = (site: string) => hours(plan.measure, site);
    const days = sites.map((site) => ({ points: of(site.code), value: site.measures[plan.measure] }));
    return { ...plan, note, day: { of, target, extent: dayExtent(days, now, target) } };
  });

/** Whether a measure can have a reading at a site. */
export const hasMeasure = (site: Site, measure: string) => {
  const value = site.measures[measure];
  return value !== undefined && value.absent !== "not_applicable";
};

/** Only the measures that apply to at least one of these sites. */
export function otherColumns(sites: Site[]): Column[] {
  return otherPlans.filter(({ measure }) => sites.some((site) => hasMeasure(site, measure)));
}

const titles = new Map([...otherPlans, ...acutePlans].map((plan) => [plan.measure, plan.title]));
titles.set("ambulance.waiting_handover", "Waiting to hand over");

/** What a measure is called until its definition has come. */
export const titleOf = (measure: string) => titles.get(measure) ?? measure;

const kinds: Record<string, string> = {
  utc: "Urgent treatment centres",
  community_hospital: "Community hospitals",
  virtual_ward_hub: "Virtual wards",
  mental_health_unit: "Mental health units",
};

/** The order of the tables of other sites. */
export const byKind = (a: string, b: string) => {
  const order = Object.keys(kinds);
  return order.indexOf(a) - order.indexOf(b) || a.localeCompare(b);
};

export const kindInWords = (kind: string) => kinds[kind] ?? kind.replaceAll("_", " ");

/** Where a site is, where its name does not say it already. */
export const townOf = (site: Site) => (site.short_name.includes(site.town) ? undefined : site.town);

export const isAcute = (site: Site) => site.kind === "acute";
