import { useMemo } from "preact/hooks";
import type { DistrictMap, OpelSummary, Overview, Value } from "../../api/types";
import { WallAlerts } from "../../components/alerts/wall-alerts";
import { SystemMap } from "../../components/map/system-map";
import { LeadingChip, leadingLevel } from "../../components/opel/leading";
import { OpelChip, opelWords } from "../../components/opel/opel-chip";
import { levelInWords, scoreInWords, sinceInWords } from "../../components/opel/opel-level";
import { byNeed, sorted } from "../../components/site-table/rows";
import { WallFigure } from "../../components/wall/wall-figure";
import { type WallRow, WallTable } from "../../components/wall/wall-table";
import { peopleOf } from "../../format/small";
import { Agreed } from "../frame/agreed";
import { aheadRow } from "../frame/ahead";
import { type Definitions, isAcute } from "../frame/columns";
import { standsAgainst } from "../frame/on-wall";
import "./wall.css";

interface Plan {
  measure: string;
  label: string;
  /** Shown as the people a share counts. */
  people?: boolean;
  /** Gives way to the level, where there is one, or to what is ahead. */
  givesWay?: boolean;
}

const system: Plan[] = [
  { measure: "ed.in_department", label: "in EDs and UTCs" },
  { measure: "ed.over_12h", label: "in ED over 12 h", people: true },
  { measure: "ed.within_4h_today", label: "within 4 hours today" },
  { measure: "ambulance.waiting_handover", label: "crews waiting", givesWay: true },
  { measure: "ambulance.handover_mean_today", label: "mean handover" },
  { measure: "ed.decision_to_admit_waiting", label: "waiting for a bed", givesWay: true },
  { measure: "beds.ga_occupancy", label: "G&A beds occupied" },
  { measure: "discharge.no_criteria_to_reside", label: "no criteria to reside" },
  { measure: "virtual_ward.occupancy", label: "virtual wards occupied", givesWay: true },
];

const bySite: (Plan & { note?: string })[] = [
  { measure: "ed.in_department", label: "In ED" },
  { measure: "ed.over_12h", label: "Over 12 h", note: "people in ED", people: true },
  { measure: "ed.within_4h_today", label: "Within 4 h", note: "today", givesWay: true },
  { measure: "ambulance.handover_mean_today", label: "Handover", note: "mean today", givesWay: true },
  { measure: "beds.tonight", label: "Beds tonight", note: "adult, net" },
];

/** The most sites that stand side by side. */
const SITES = 7;

/** "declared 09:05; calculated 2, 11.8 of 24, indicative". */
export function besideLevel(opel: OpelSummary, now: number): string {
  const { holds, level, indicative } = opel;
  const lead = holds ? sinceInWords(holds, now) : level && opelWords[level];
  const calculated = `calculated ${levelInWords(opel).replace("OPEL ", "")}, ${scoreInWords(opel)}`;
  return [lead, indicative ? `${calculated}, indicative` : calculated].filter(Boolean).join("; ");
}

const shownOf = (value: Value | undefined, people?: boolean) => (people && value ? peopleOf(value) : value);

export interface WallProps {
  /** As a wall may show it. */
  overview: Overview;
  definitions: Definitions;
  districts: DistrictMap | null;
  selected: string | null;
  onSelect(code: string): void;
  now: number;
}

/** The overview for a wall: read from five metres, nothing scrolls, and no count of people under five is shown. */
export function Wall({ overview, definitions, districts, selected, onSelect, now }: WallProps) {
  const acute = useMemo(() => sorted(overview.sites.filter(isAcute), byNeed), [overview.sites]);
  const shown = acute.slice(0, SITES);
  const more = acute.length - shown.length;
  const opel = overview.opel;
  const level = leadingLevel(opel);
  const readings = bySite.filter((each) => !(overview.ahead && each.givesWay));
  const rows: WallRow[] = readings.map(({ measure, label, note, people }) => ({
    key: measure,
    label,
    note,
    measure,
    value: (site) => shownOf(site.measures[measure], people),
    stands: (site) => standsAgainst(site.measures[measure], measure, definitions),
  }));
  const figures = system.filter((each) => !(opel?.level_least && each.givesWay));
  const scored = acute.some((site) => leadingLevel(site.opel));
  const counted = acute.some((site) => site.measures["ed.in_department"]?.absent === null);
  return (
    <>
      <div class="wall-in-force">
        <Agreed overview={overview} now={now} wall />
      </div>
      <section class="wall-system" aria-label="System now">
        {opel?.level_least && (
          <div class="wall-level">
            {level && <OpelChip level={level} size={132} />}
            <div>
              <b class="wall-opel">{level ? `OPEL ${level}` : levelInWords(opel)}</b>
              <span class="quiet">{besideLevel(opel, now)}</span>
            </div>
          </div>
        )}
        <div class="wall-figures">
          {figures.map(({ measure, label, people }) => (
            <WallFigure
              key={measure}
              label={label}
              measure={measure}
              site="system"
              place={overview.system.name}
              value={shownOf(overview.totals[measure], people)}
              stands={standsAgainst(overview.totals[measure], measure, definitions)}
              now={now}
            />
          ))}
        </div>
      </section>
      <section class="wall-map" aria-labelledby="wall-map-title">
        <h2 id="wall-map-title">
          {scored ? "OPEL now" : "Emergency departments"}{" "}
          <span>{scored ? "local levels, by shape and number" : "people in each now"}</span>
        </h2>
        <SystemMap
          width={284}
          districts={districts}
          sites={acute}
          places={[]}
          selected={selected}
          onSelect={onSelect}
          brief={scored || !counted}
        />
      </section>
      {overview.ahead?.alerts && (
        <WallAlerts id="wall-alerts-title" alerts={overview.ahead.alerts} now={now} />
      )}
      <section class="wall-sites">
        <h2 id="wall-sites-title">
          Acute hospitals, by need
          <span>red edge: past its plan{more > 0 && `; ${more} more not shown`}</span>
        </h2>
        <WallTable
          id="wall-sites-title"
          sites={shown}
          rows={rows}
          ahead={aheadRow(overview, now)}
          now={now}
          mark={(site) => <LeadingChip opel={site.opel} size={36} />}
        />
      </section>
    </>
  );
}
