import type { Measures } from "../../api/types";
import { count, signed } from "../../format/number";
import { numberOf } from "../service/plans";

function partsOf(totals: Measures) {
  const [free, decided, expected] = ["beds.adult_free", "beds.adult_decided", "beds.adult_due"].map((name) =>
    numberOf(totals[name]),
  );
  return free == null || decided == null || expected == null ? null : { free, decided, expected };
}

/** now 12 − decided 61 + expected 40: the order in which beds are added up. */
export function bridge(totals: Measures): string | undefined {
  const parts = partsOf(totals);
  if (!parts) return undefined;
  return `${signed(parts.free)} now − ${count(parts.decided)} decided + ${count(parts.expected)} expected`;
}

/** The same without its words, for a tile. */
export function bridgeInShort(totals: Measures): string | undefined {
  const parts = partsOf(totals);
  return parts ? `${count(parts.free)} − ${count(parts.decided)} + ${count(parts.expected)} beds` : undefined;
}

const reasons: [string, string][] = [
  ["beds.closed_infection", "infection"],
  ["beds.closed_staffing", "staffing"],
  ["beds.closed_estates", "estates"],
  ["beds.closed_cleaning", "cleaning"],
  ["beds.closed_ringfenced", "ring-fenced"],
  ["beds.closed_other", "other"],
];

/** Why beds are closed: "12 infection, 4 staffing". */
export const closedInWords = (totals: Measures) =>
  reasons
    .flatMap(([measure, word]) => {
      const beds = numberOf(totals[measure]);
      return beds ? [`${count(beds)} ${word}`] : [];
    })
    .join(", ") || undefined;

/** Figures with their words: "330 prospective, 336 potential"; those without a reading are left out. */
export const together = (totals: Measures, pairs: [string, string][]) =>
  pairs
    .flatMap(([measure, word]) => {
      const beds = numberOf(totals[measure]);
      return beds === null ? [] : [`${count(beds)} ${word}`];
    })
    .join(", ") || undefined;
