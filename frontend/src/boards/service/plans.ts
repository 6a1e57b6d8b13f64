import type { Measures, Site, Value } from "../../api/types";
import { targetInWords } from "../../components/line-mark/line-mark";
import type { Column } from "../../components/site-table/site-table";
import { type Definitions, spreadOf } from "../frame/columns";

/** A column of a table of sites, before the figures are there. */
export interface Plan {
  measure: string;
  title: string;
  note?: string;
  beside?: { measure: string; word: string };
  /** Draws its readings against one axis, with the plan as a line. */
  drawn?: boolean;
}

/** Columns with their axes; of a drawn one the note is its plan. */
export const columnsOf = (plans: Plan[], sites: Site[], definitions: Definitions): Column[] =>
  plans.map(({ drawn, ...plan }) => {
    const spread = drawn ? spreadOf(sites, plan.measure, definitions) : null;
    const note = (drawn && targetInWords(definitions.get(plan.measure))) || plan.note;
    return { ...plan, note, mark: spread && { axis: spread.axis, target: spread.target } };
  });

/** Whether a measure can have a reading at a site. */
export const hasMeasure = (site: Site, measure: string) => {
  const value = site.measures[measure];
  return value !== undefined && value.absent !== "not_applicable";
};

/** The sites at which one of the measures applies. */
export const sitesWith = (sites: Site[], measures: string[]) =>
  sites.filter((site) => measures.some((measure) => hasMeasure(site, measure)));

/** The measures that somebody among these reports: what nobody sends is not a column of dashes. */
export const reportedBy = <Each extends { measure: string }>(of: Each[], rows: { measures: Measures }[]) =>
  of.filter(({ measure }) =>
    rows.some((row) => row.measures[measure] && row.measures[measure].absent !== "not_provided"),
  );

/** The value of a reading that is there, or null. */
export const numberOf = (value: Value | undefined) =>
  value === undefined || value.absent !== null ? null : value.value;
