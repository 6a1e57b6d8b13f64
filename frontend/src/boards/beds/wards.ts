import type { SiteUnit } from "../../api/types";
import type { BedUnit } from "../../components/beds/bed-grid";
import type { Bed, BedState } from "../../components/beds/beds";

const marks = (state: BedState, many: number, escalation = false): Bed[] =>
  Array.from({ length: Math.max(0, Math.round(many)) }, () => ({ state, escalation }));

/**
 * The beds of a ward that sends counts: people fill its core beds first, then those opened beyond them. More people than
 * beds are beds all the same, since somebody lies in each.
 */
export function bedsOf(unit: SiteUnit): Bed[] {
  const { core, escalation, closed } = unit.capacity;
  const occupied = unit.measures["unit.occupied"]?.value ?? 0;
  const usableCore = Math.max(0, core - closed);
  const inCore = Math.min(occupied, usableCore);
  const beyond = occupied - inCore;
  return [
    ...marks("occupied", inCore),
    ...marks("occupied", beyond, true),
    ...marks("free", usableCore - inCore),
    ...marks("free", escalation - beyond, true),
    ...marks("closed", Math.min(closed, core + escalation)),
  ];
}

/** Units as rows of a bed grid, the fullest first. */
export const wardsOf = (units: SiteUnit[]): BedUnit[] =>
  units
    .map((unit) => ({
      code: unit.code,
      name: unit.name,
      beds: bedsOf(unit),
      occupancy: unit.measures["unit.occupancy"],
      noCriteriaToReside: null,
    }))
    .sort((a, b) => (b.occupancy?.value ?? -1) - (a.occupancy?.value ?? -1) || a.name.localeCompare(b.name));
