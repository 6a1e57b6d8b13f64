import type { Site } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { withoutSmall } from "../../components/bands/bands";
import { OpelChip } from "../../components/opel/opel-chip";
import { type WallRow, WallTable } from "../../components/wall/wall-table";
import { peopleOf } from "../../format/small";
import type { Seen } from "../frame/desk";
import { type Headline, Headlines } from "../frame/headlines";
import { standsAgainst } from "../frame/on-wall";
import { HOURS, hoursInEd, TWELVE } from "./hours";

const BAR = 228;
const headed = new Set([
  "ed.in_department",
  "ed.over_12h",
  "ed.waiting_to_be_seen",
  "ed.decision_to_admit_waiting",
]);
const bySite: { measure: string; label: string; note: string; people?: boolean }[] = [
  { measure: "ed.over_12h", label: "Over 12 h", note: "in ED now", people: true },
  { measure: "ed.decision_to_admit_over_12h", label: "Over 12 h", note: "since decision" },
  { measure: "ed.decision_to_admit_waiting", label: "Waiting for bed", note: "decided to admit" },
  { measure: "ed.waiting_to_be_seen", label: "To be seen", note: "by a clinician" },
  { measure: "ed.corridor_care", label: "Corridor", note: "care now" },
  { measure: "ed.majors_resus_occupancy", label: "Majors, resus", note: "of cubicles" },
  { measure: "ed.within_4h_today", label: "Within 4 h", note: "today" },
];

export interface EdWallProps {
  seen: Seen;
  sites: Site[];
  most: number;
  headlines: Headline[];
}

/** The departments for a wall: the longest red is where the pressure is. */
export function EdWall({ seen, sites, most, headlines }: EdWallProps) {
  const rows: WallRow[] = [
    {
      key: "ed.in_department",
      label: "In ED",
      note: "by hours",
      measure: "ed.in_department",
      value: (site) => site.measures["ed.in_department"],
      stands: () => "no line",
      draw: (site) => (
        <span data-late={site.measures["ed.in_department"]?.freshness === "lost" ? "" : undefined}>
          <BandBar
            bands={withoutSmall(hoursInEd(site))}
            most={most}
            breach={TWELVE}
            width={BAR}
            height={64}
          />
        </span>
      ),
    },
    ...bySite.map(
      ({ measure, label, note, people }): WallRow => ({
        key: measure,
        label,
        note,
        measure,
        value: (site) => {
          const value = site.measures[measure];
          return people && value ? peopleOf(value) : value;
        },
        stands: (site) => standsAgainst(site.measures[measure], measure, seen.definitions),
      }),
    ),
  ];
  return (
    <>
      <Headlines
        headlines={headlines.filter(
          (each) => headed.has(each.measure) || each.measure === "ed.within_4h_today",
        )}
        sites={sites}
        seen={seen}
      />
      <section class="service-wall-sites">
        <h2 id="ed-wall-sites">
          Emergency departments, by need
          <BandKey words={HOURS} breach={TWELVE} />
        </h2>
        <WallTable
          id="ed-wall-sites"
          sites={sites}
          rows={rows}
          now={seen.now}
          mark={(site) => site.opel?.level && <OpelChip level={site.opel.level} size={36} />}
        />
      </section>
    </>
  );
}
