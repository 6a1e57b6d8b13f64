import type { Site } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { withoutSmall } from "../../components/bands/bands";
import { OpelChip } from "../../components/opel/opel-chip";
import { type WallRow, WallTable } from "../../components/wall/wall-table";
import type { Seen } from "../frame/desk";
import { type Headline, Headlines } from "../frame/headlines";
import { standsAgainst } from "../frame/on-wall";
import { RULE, WAITS, waitsOf } from "./waits";

const BAR = 228;
const headed = new Set([
  "ambulance.waiting_handover",
  "ambulance.longest_waiting",
  "ambulance.waiting_over_45",
  "ambulance.handover_mean_today",
  "ambulance.hours_lost_today",
]);
const bySite: { measure: string; label: string; note: string }[] = [
  { measure: "ambulance.longest_waiting", label: "Longest", note: "waiting now" },
  { measure: "ambulance.waiting_over_45", label: "Over 45 min", note: "waiting now" },
  { measure: "ambulance.on_the_way", label: "On the way", note: "now" },
  { measure: "ambulance.handover_mean_today", label: "Mean", note: "handover today" },
  { measure: "ambulance.handovers_over_45_today", label: "Over 45 min", note: "today" },
  { measure: "ambulance.hours_lost_today", label: "Hours lost", note: "today" },
];

export interface AmbulanceWallProps {
  seen: Seen;
  sites: Site[];
  most: number;
  headlines: Headline[];
}

/** The handovers for a wall. */
export function AmbulanceWall({ seen, sites, most, headlines }: AmbulanceWallProps) {
  const waiting = "ambulance.waiting_handover";
  const rows: WallRow[] = [
    {
      key: waiting,
      label: "Waiting",
      note: "to hand over",
      measure: waiting,
      value: (site) => site.measures[waiting],
      stands: () => "no line",
      draw: (site) => (
        <span data-late={site.measures[waiting]?.freshness === "lost" ? "" : undefined}>
          <BandBar bands={withoutSmall(waitsOf(site))} most={most} breach={RULE} width={BAR} height={44} />
        </span>
      ),
    },
    ...bySite.map(
      ({ measure, label, note }): WallRow => ({
        key: measure,
        label,
        note,
        measure,
        value: (site) => site.measures[measure],
        stands: (site) => standsAgainst(site.measures[measure], measure, seen.definitions),
      }),
    ),
  ];
  return (
    <>
      <Headlines headlines={headlines.filter((each) => headed.has(each.measure))} sites={sites} seen={seen} />
      <section class="service-wall-sites">
        <h2 id="ambulance-wall-sites">
          Handovers, by need
          <BandKey words={WAITS} breach={RULE} />
        </h2>
        <WallTable
          id="ambulance-wall-sites"
          sites={sites}
          rows={rows}
          now={seen.now}
          mark={(site) => site.opel?.level && <OpelChip level={site.opel.level} size={36} />}
        />
      </section>
    </>
  );
}
