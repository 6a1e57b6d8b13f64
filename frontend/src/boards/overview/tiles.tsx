import type { Measures, OpelSummary, Site } from "../../api/types";
import { OpelHeadline } from "../../components/opel/opel-level";
import { Tile } from "../../components/tile/tile";
import { count, counts, percent } from "../../format/number";
import { type Definitions, isAcute, spreadOf } from "../frame/columns";

const numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** Counts of the two, never a share worked out here: the measures are the server's. */
function ofOccupied(totals: Measures): string | undefined {
  const occupied = totals["beds.ga_occupancy"]?.numerator ?? null;
  return occupied === null ? undefined : `of ${count(occupied)} G&A beds occupied`;
}

/** The total takes in urgent treatment centres where they count people; the type 1 departments are said beside it. */
function departments(totals: Measures, sites: Site[]): { label: string; detail?: string } {
  const type1 = sites.filter((site) => site.ed_type === 1).length;
  const six = `${numbers[type1] ?? type1} EDs`;
  const others = sites.some((site) => site.ed_type !== null && site.ed_type !== 1);
  const over = totals["ed.over_12h"];
  if (!over || over.value === null || over.numerator === null || over.denominator === null)
    return { label: others ? "In EDs and UTCs" : `In ${six}` };
  const long = `${count(over.numerator)} over 12 h`;
  return others
    ? { label: "In EDs and UTCs", detail: `${count(over.denominator)} in ${six}, ${long}` }
    : { label: `In ${six}`, detail: `${long} (${percent(over.value)})` };
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

/** The system's level, and seven figures, each with the sites on one axis beside it. */
export function Tiles({ place, system, totals, opel, sites, definitions, now }: TilesProps) {
  const acute = sites.filter(isAcute);
  const sitesOn = (measure: string) => spreadOf(acute, measure, definitions);
  const waiting = totals["ambulance.waiting_handover"]?.value ?? null;
  const handover = totals["ambulance.handover_mean_today"];
  const handoverDetail = [
    handover ? counts(handover) : "",
    waiting === null ? "" : `${count(waiting)} waiting now`,
  ]
    .filter(Boolean)
    .join(", ");
  const tiles: { measure: string; label: string; detail?: string; plain?: boolean }[] = [
    { measure: "ed.in_department", ...departments(totals, sites) },
    { measure: "ed.within_4h_today", label: "Within 4 hours today" },
    { measure: "ambulance.handover_mean_today", label: "Mean handover today", detail: handoverDetail },
    {
      measure: "ed.decision_to_admit_waiting",
      label: "Waiting for a bed",
      detail: "after decision to admit",
    },
    { measure: "beds.ga_occupancy", label: "G&A occupied" },
    {
      measure: "discharge.no_criteria_to_reside",
      label: "No criteria to reside",
      detail: ofOccupied(totals),
    },
    { measure: "virtual_ward.occupancy", label: "Virtual wards", plain: true },
  ];
  return (
    <section class="card tiles" aria-label="System now">
      <div class="tile">
        <OpelHeadline now={now} opel={opel} opens={system} />
      </div>
      {tiles.map(({ measure, label, detail, plain }) => (
        <Tile
          key={measure}
          measure={measure}
          site="system"
          place={place}
          label={label}
          value={totals[measure]}
          now={now}
          detail={detail}
          spread={plain ? null : sitesOn(measure)}
        />
      ))}
    </section>
  );
}
