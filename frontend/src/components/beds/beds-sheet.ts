import { absenceInFull, EN_DASH, SMALL_NUMBER } from "../../format/number";
import { countsFew } from "../../format/small";
import { ageInWords } from "../figure/figure";
import { peopleCell, type Sheet } from "../table/sheet";
import type { BedUnit } from "./bed-grid";
import { restInWords } from "./beds";

/** A grid of beds as text, for copy and export; what is not occupied would give a small number away, and goes with it. */
export function sheetOfBeds(units: BedUnit[], now: number, what = "Ward"): Sheet {
  const told = units.some((unit) => unit.noCriteriaToReside !== null);
  const row = (unit: BedUnit): string[] => {
    const { occupancy } = unit;
    if (!occupancy || occupancy.absent !== null)
      return [occupancy ? absenceInFull(occupancy) : EN_DASH, "", "", ""];
    const few = countsFew(occupancy);
    return [
      few ? SMALL_NUMBER : peopleCell(occupancy.numerator),
      few || occupancy.denominator === null ? "" : String(occupancy.denominator),
      few ? "" : restInWords(unit.beds),
      ageInWords(occupancy, now),
    ];
  };
  const people = (unit: BedUnit) => (told ? [peopleCell(unit.noCriteriaToReside)] : []);
  return [
    [what, "Occupied", "Of open", "Not occupied", "Age", ...(told ? ["No criteria to reside"] : [])],
    ...units.map((unit) => [
      [unit.name, unit.kind].filter(Boolean).join(", "),
      ...row(unit),
      ...people(unit),
    ]),
  ];
}
