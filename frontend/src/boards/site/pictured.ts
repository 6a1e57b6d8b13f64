import type { Mark, SiteDetail, SitePeople, UnitRow } from "../../api/types";
import type { BedUnit } from "../../components/beds/bed-grid";
import type { Bed } from "../../components/beds/beds";
import type { Vehicle } from "../../components/vehicles/vehicle-strip";
import type { WaitsRow } from "../../components/waits/waits-strip";

const FOUR_HOURS = 240;
const TWELVE_HOURS = 720;

/** The lines of the ED's waits: the standard of four hours, and twelve hours from arrival. */
export const waitLines = [
  { minutes: FOUR_HOURS, label: "4 h standard" },
  { minutes: TWELVE_HOURS, label: "12 h", breach: true },
];

/** The same where there is no room for the word. */
export const shortLines = waitLines.map((each) => ({ ...each, label: each.label.replace(" standard", "") }));

/** Handovers past this are reported as breaches. */
export const HANDOVER_LIMIT = 45;

const whole = (value: number | null | undefined) => Math.max(0, Math.round(value ?? 0));

const repeated = (times: number, bed: Bed): Bed[] => Array.from({ length: Math.max(0, times) }, () => bed);

/**
 * The places of a unit as marks: those in use, those open and not in use, those closed. The counts are the server's;
 * whose place is an escalation bed, and who is ready to leave, is from the marks of people where they may be seen.
 */
export function bedsOf({ capacity, measures }: UnitRow, people: Mark[]): Bed[] {
  const occupied = whole(measures["unit.occupied"]?.value);
  const open = whole(capacity.core) + whole(capacity.escalation) - whole(capacity.closed);
  const escalated = Math.min(people.filter((each) => each.escalation).length, occupied);
  const spare = Math.max(0, open - occupied);
  const spareEscalation = Math.min(spare, Math.max(0, whole(capacity.escalation) - escalated));
  const inEscalation = (each: Mark) => each.escalation && escalated > 0;
  const ready = people.filter((each) => each.no_criteria_to_reside);
  const readyEscalated = Math.min(escalated, ready.filter(inEscalation).length);
  const readyCore = Math.min(occupied - escalated, ready.length - readyEscalated);
  return [
    ...repeated(readyCore, { state: "ready_to_leave" }),
    ...repeated(occupied - escalated - readyCore, { state: "occupied" }),
    ...repeated(readyEscalated, { state: "ready_to_leave", escalation: true }),
    ...repeated(escalated - readyEscalated, { state: "occupied", escalation: true }),
    ...repeated(spare - spareEscalation, { state: "free" }),
    ...repeated(spareEscalation, { state: "free", escalation: true }),
    ...repeated(whole(capacity.closed), { state: "closed" }),
  ];
}

const kindWords: Record<string, string> = {
  ga_adult: "",
  ga_paediatric: "children",
  critical_care: "critical care",
  paediatric_hdu: "children's high dependency",
  neonatal: "neonatal",
  maternity: "maternity",
  community: "community",
  mental_health_adult: "adult acute",
  mental_health_picu: "intensive care",
  mental_health_older: "older adults",
  s136: "section 136",
  virtual: "",
};

const inUnit = (people: SitePeople | null, unit: UnitRow) =>
  (people?.people ?? []).filter((each) => each.unit === unit.code && each.state === "here");

/** Units as rows of a bed grid. */
export const gridOf = (units: UnitRow[], people: SitePeople | null): BedUnit[] =>
  units.map((unit) => {
    const those = inUnit(people, unit);
    return {
      code: unit.code,
      name: unit.name,
      kind: (unit.bed_kind && kindWords[unit.bed_kind]) || undefined,
      beds: bedsOf(unit, those),
      occupancy: unit.measures["unit.occupancy"],
      noCriteriaToReside: people ? those.filter((each) => each.no_criteria_to_reside).length : null,
    };
  });

const placesWords: Record<string, string> = {
  resus: "bays",
  waiting_room: "seats",
  corridor: "",
};

function placesOf({ area, capacity }: UnitRow): string {
  if (whole(capacity.core) === 0) return "no planned places";
  return `${whole(capacity.core)} ${placesWords[area ?? ""] ?? "cubicles"}`;
}

function row(code: string, name: string, note: string | undefined, people: Mark[]): WaitsRow {
  const minutes = people.map((each) => each.minutes);
  return {
    code,
    name,
    note,
    people: people.length,
    waits: people.map((each) => ({ minutes: each.minutes, decidedToAdmit: each.decision_to_admit })),
    past: waitLines.map((each) => minutes.filter((since) => since >= each.minutes).length),
    longestMinutes: minutes.length === 0 ? null : Math.max(...minutes),
  };
}

/** The ED area by area, by hours since arrival; those who are in no area yet stand last. */
export function waitsOf(units: UnitRow[], people: SitePeople): WaitsRow[] {
  const inEd = people.people.filter((each) => each.service === "ed");
  const areas = units.filter((unit) => unit.kind === "ed_area");
  const codes = new Set(areas.map((unit) => unit.code));
  const nowhere = inEd.filter((each) => each.unit === null || !codes.has(each.unit));
  const rows = areas.map((unit) =>
    row(
      unit.code,
      unit.name,
      placesOf(unit),
      inEd.filter((each) => each.unit === unit.code),
    ),
  );
  return nowhere.length === 0 ? rows : [...rows, row("none", "No area yet", undefined, nowhere)];
}

/** Ambulances at the door and on their way; one that is late to arrive stands at the door's line. */
export function vehiclesOf(people: SitePeople, now: number): Vehicle[] {
  return people.people
    .filter((each) => each.service === "ambulance")
    .flatMap((each) => {
      if (each.state === "here") return [{ minutes: each.minutes, category: each.category ?? undefined }];
      if (each.expected_at === null) return [];
      const due = (Date.parse(each.expected_at) - now) / 60_000;
      return due > 32 ? [] : [{ minutes: Math.min(-1, -due), category: each.category ?? undefined }];
    });
}

/** Those with no criteria to reside, by the way they are to leave. */
export interface LeaveRow {
  name: string;
  note: string;
  days: number[];
}

const pathways = [
  { pathway: 0, name: "Pathway 0", note: "home, no new care" },
  { pathway: 1, name: "Pathway 1", note: "home with care" },
  { pathway: 2, name: "Pathway 2", note: "community bed" },
  { pathway: 3, name: "Pathway 3", note: "care home" },
  { pathway: null, name: "Not yet set", note: "no pathway" },
] as const;

export function leaveOf(people: SitePeople): LeaveRow[] {
  const ready = people.people.filter((each) => each.no_criteria_to_reside);
  return pathways
    .map(({ pathway, name, note }) => ({
      name,
      note,
      days: ready
        .filter((each) => each.pathway === pathway)
        .map((each) => (each.no_criteria_minutes ?? 0) / 1440)
        .sort((a, b) => a - b),
    }))
    .filter((each) => each.days.length > 0 || each.name !== "Not yet set");
}

export const medianOf = (ordered: number[]): number | null => {
  const middle = Math.floor(ordered.length / 2);
  const at = ordered[middle];
  if (at === undefined) return null;
  return ordered.length % 2 === 1 ? at : ((ordered[middle - 1] ?? at) + at) / 2;
};

/** Whether the site has anything of a kind to show. */
export const has = (detail: SiteDetail, ...kinds: string[]) =>
  detail.units.some((unit) => kinds.includes(unit.kind));
