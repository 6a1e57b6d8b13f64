import type { Measures, OpelSummary, Site } from "../../api/types";
import { OpelHeadline } from "../../components/opel/opel-level";
import { Tile } from "../../components/tile/tile";
import { count, counts, percent } from "../../format/number";
import { hours } from "../../store";
import { bridgeInShort } from "../beds/words";
import { type Definitions, dayOf } from "../frame/columns";

const numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** Counts of the two, never a share worked out here: the measures are the server's. */
function ofOccupied(totals: Measures): string | undefined {
  const occupied = totals["beds.ga_occupancy"]?.numerator ?? null;
  return occupied === null ? undefined : `of ${count(occupied)} occupied`;
}

/** The total takes in urgent treatment centres where they count people; over 12 hours is of type 1 departments. */
function departments(totals: Measures, sites: Site[]): { label: string; detail?: string } {
  const type1 = sites.filter((site) => site.ed_type === 1).length;
  const six = `${numbers[type1] ?? type1} EDs`;
  const others = sites.some((site) => site.ed_type !== null && site.ed_type !== 1);
  const over = totals["ed.over_12h"];
  if (!over || over.value === null || over.numerator === null || over.denominator === null)
    return { label: others ? "In EDs and UTCs" : `In ${six}` };
  const detail = `${count(over.numerator)} over 12 h (${percent(over.value)})`;
  return { label: others ? "In EDs and UTCs" : `In ${six}`, detail };
}

export interface TilesProps {
  place: string;
  /** The code of the system, whose level is opened by a press. */
  system: string;
  totals: Measures;
  opel: OpelSummary | null;
  sites: Site[];
  definitions: Definitions;
  now: number;
}

/** The system's level, and seven figures, each with its last day beside it. */
export function Tiles({ place, system, totals, opel, sites, definitions, now }: TilesProps) {
  const waiting = totals["ambulance.waiting_handover"]?.value ?? null;
  const handover = totals["ambulance.handover_mean_today"];
  const handoverDetail = [
    handover ? counts(handover) : "",
    waiting === null ? "" : `${count(waiting)} waiting now`,
  ]
    .filter(Boolean)
    .join(", ");
  const tiles: { measure: string; label: string; detail?: string }[] = [
    {
      measure: "beds.tonight",
      label: "Adult beds tonight",
      detail: bridgeInShort(totals),
    },
    { measure: "ed.in_department", ...departments(totals, sites) },
    { measure: "ed.within_4h_today", label: "Within 4 hours today" },
    { measure: "ambulance.handover_mean_today", label: "Mean handover today", detail: handoverDetail },
    { measure: "beds.ga_occupancy", label: "G&A occupied" },
    {
      measure: "discharge.no_criteria_to_reside",
      label: "No criteria to reside",
      detail: ofOccupied(totals),
    },
    { measure: "virtual_ward.occupancy", label: "Virtual wards" },
  ];
  return (
    <section class="card tiles" aria-label="System now">
      <div class="tile">
        <OpelHeadline now={now} opel={opel} opens={system} hero />
      </div>
      {tiles.map(({ measure, label, detail }) => (
        <Tile
          key={measure}
          measure={measure}
          site="system"
          place={place}
          label={label}
          value={totals[measure]}
          now={now}
          detail={detail}
          day={dayOf(measure, system, definitions, hours.of)}
        />
      ))}
    </section>
  );
}
