import type { Value } from "../../api/types";
import { count, counts, EN_DASH } from "../../format/number";
import { hasFacts, Nothing, standingInWords, standingOf } from "../standing/standing";
import { Region } from "../table/region";
import { BedMark, BedMarks } from "./bed-mark";
import { anonymous, type Bed, type BedState, bedWords, byBay, restInWords } from "./beds";
import "./bed-grid.css";

export interface BedUnit {
  code: string;
  name: string;
  /** "gastroenterology" */
  kind?: string;
  beds: Bed[];
  /** Occupied of open beds, with its age. */
  occupancy: Value | undefined;
  noCriteriaToReside: number | null;
}

export interface BedGridProps {
  label: string;
  units: BedUnit[];
  /** Site staff see which bed is which; the control centre sees marks without a name or a place. */
  view: "named" | "marks";
  now: number;
  /** With it, a named bed is a button. */
  onBed?(unit: string, bed: string): void;
  /** What a row is: a ward, an area, a team. */
  what?: string;
  /** Left out where no place tells who has no criteria to reside, as where nobody leaves for home. */
  withNoCriteria?: boolean;
  /** Whether an occupancy opens its explanation. */
  explained?: boolean;
}

/** A ward a row and a bed a mark. */
export function BedGrid({
  label,
  units,
  what = "Ward",
  withNoCriteria: wanted = true,
  ...shown
}: BedGridProps) {
  const withNoCriteria = wanted && units.some((unit) => unit.noCriteriaToReside !== null);
  return (
    <Region label={label}>
      <table class="beds">
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col">
              <span class="hidden">Beds</span>
            </th>
            <th scope="col" class="beds-number">
              occupied
            </th>
            {withNoCriteria && (
              <th scope="col" class="beds-number">
                NCtR
              </th>
            )}
            <th scope="col">
              <span class="hidden">Not occupied</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {units.map((unit) => (
            <Ward key={unit.code} unit={unit} withNoCriteria={withNoCriteria} {...shown} />
          ))}
        </tbody>
      </table>
    </Region>
  );
}

export function Ward({
  unit,
  view,
  now,
  onBed,
  withNoCriteria = true,
  explained,
}: { unit: BedUnit } & Pick<BedGridProps, "view" | "now" | "onBed" | "withNoCriteria" | "explained">) {
  const standing = standingOf(unit.occupancy);
  const told = unit.occupancy ? counts(unit.occupancy) : "";
  const beds = view === "marks" ? anonymous(unit.beds) : unit.beds;
  const stands = standingInWords(standing, now);
  const known = hasFacts(standing);
  const rest = known ? [restInWords(unit.beds), stands].filter(Boolean).join("; ") : "";
  return (
    <tr data-standing={standing.kind}>
      <th scope="row">
        <b>{unit.name}</b> {unit.kind && <span class="beds-kind">{unit.kind}</span>}
      </th>
      <td>
        {!known ? (
          <Nothing standing={standing} now={now} />
        ) : view === "marks" ? (
          <BedMarks beds={beds} label={`${unit.name}: ${told || `${count(beds.length)} beds`}`} />
        ) : (
          <NamedBeds unit={unit} beds={beds} onBed={onBed} />
        )}
      </td>
      <td class="beds-number beds-told">
        {told && explained ? (
          <button
            type="button"
            class="beds-explain"
            data-measure="unit.occupancy"
            data-site={unit.code}
            aria-label={`${unit.name}, occupied ${told}. Explain`}
          >
            {told}
          </button>
        ) : (
          told || EN_DASH
        )}
      </td>
      {withNoCriteria && (
        <td class="beds-number">
          {unit.noCriteriaToReside === null || !known ? EN_DASH : count(unit.noCriteriaToReside)}
        </td>
      )}
      <td class="beds-rest">{rest}</td>
    </tr>
  );
}

const bedInWords = (bed: Bed) =>
  [bed.name, bedWords[bed.state], bed.reason, bed.escalation && "escalation"].filter(Boolean).join(", ");

function NamedBeds({ unit, beds, onBed }: { unit: BedUnit; beds: Bed[] } & Pick<BedGridProps, "onBed">) {
  return (
    <div class="bays">
      {byBay(beds).map(([bay, those]) => (
        <ul key={bay} class="bay" aria-label={bay || unit.name}>
          {bay && (
            <li class="bay-name" aria-hidden="true">
              {bay}
            </li>
          )}
          {those.map((bed, index) => (
            <li key={bed.name ?? index}>
              {onBed && bed.name ? (
                <button
                  type="button"
                  class="bed"
                  aria-label={bedInWords(bed)}
                  title={bedInWords(bed)}
                  onClick={() => onBed(unit.code, bed.name ?? "")}
                >
                  <BedMark bed={bed} />
                  {bed.name}
                </button>
              ) : (
                <span class="bed" title={bedInWords(bed)}>
                  <BedMark bed={bed} />
                  {bed.name}
                  <span class="hidden">, {bedWords[bed.state]}</span>
                </span>
              )}
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}

const key: BedState[] = [
  "occupied",
  "ready_to_leave",
  "free",
  "awaiting",
  "cleaning",
  "kept",
  "unstaffed",
  "closed",
  "unknown",
];

/** What each mark means; only: those that a board draws. */
export function BedKey({ only = key }: { only?: BedState[] }) {
  return (
    <ul class="bed-key">
      {only.map((state) => (
        <li key={state}>
          <BedMark bed={{ state }} size={16} /> {bedWords[state]}
        </li>
      ))}
      <li>
        <BedMark bed={{ state: "occupied", escalation: true }} size={16} /> escalation
      </li>
    </ul>
  );
}
