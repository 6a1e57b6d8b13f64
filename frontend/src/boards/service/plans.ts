import type { Measures, Site, Value } from "../../api/types";
import { count } from "../../format/number";
import { hasMeasure } from "../frame/columns";

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

/** Figures with their words: "330 prospective, 336 potential"; those without a reading are left out. */
export const together = (totals: Measures, pairs: [string, string][]) =>
  pairs
    .flatMap(([measure, word]) => {
      const many = numberOf(totals[measure]);
      return many === null ? [] : [`${count(many)} ${word}`];
    })
    .join(", ") || undefined;
