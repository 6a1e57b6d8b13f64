import { useMemo } from "preact/hooks";
import type { Board, Site, Vehicles } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { mostOf } from "../../components/bands/bands";
import { byNeed, sorted } from "../../components/site-table/rows";
import { standingOf } from "../../components/standing/standing";
import { VehicleStrip } from "../../components/vehicles/vehicle-strip";
import { live } from "../../store";
import { joined } from "../frame/board-figures";
import { Desk, type Seen } from "../frame/desk";
import { Frame } from "../frame/frame";
import { type Headline, Headlines } from "../frame/headlines";
import { useMe } from "../frame/me";
import { Pressure } from "../frame/pressure";
import { Said } from "../frame/said";
import { SitePart } from "../frame/site-part";
import { Responses } from "./responses";
import { onTheStrip } from "./vehicles";
import { LIMIT, RULE, WAITS, waitsOf } from "./waits";
import { AmbulanceWall } from "./wall";

const FIGURES = ["board:ambulance"];
const FIGURES_AND_VEHICLES = [...FIGURES, "vehicles"];
const STRIP = 520;

const headlines: Headline[] = [
  { measure: "ambulance.waiting_handover", label: "Waiting to hand over" },
  { measure: "ambulance.longest_waiting", label: "Longest wait now", detail: "45-minute rule" },
  { measure: "ambulance.waiting_over_45", label: "Waiting over 45 min" },
  { measure: "ambulance.on_the_way", label: "On the way" },
  { measure: "ambulance.handover_mean_today", label: "Mean handover today", spread: true },
  { measure: "ambulance.hours_lost_today", label: "Hours lost today", detail: "beyond 15 min each" },
  { measure: "ambulance.handovers_over_45_today", label: "Over 45 min today" },
  { measure: "ambulance.diverted_away_today", label: "Diverted today" },
];

const now = "now";
const waiting = [
  { measure: "ambulance.waiting_over_15", title: "Over 15", note: "waiting" },
  { measure: "ambulance.waiting_over_30", title: "Over 30", note: "waiting" },
  { measure: "ambulance.waiting_over_45", title: "Over 45", note: "waiting" },
  { measure: "ambulance.waiting_over_60", title: "Over 60", note: "waiting" },
  { measure: "ambulance.longest_waiting", title: "Longest", note: now, detail: "" },
  { measure: "ambulance.on_the_way", title: "On the way", note: now },
];

const today = [
  { measure: "ambulance.handovers_today", title: "Handovers", note: "today" },
  {
    measure: "ambulance.handover_mean_today",
    title: "Mean handover",
    note: "today, plan 15 min",
    drawn: true,
  },
  { measure: "ambulance.handovers_within_15_today", title: "Within 15 min", note: "plan 65%", drawn: true },
  { measure: "ambulance.handovers_within_30_today", title: "Within 30 min", note: "plan 95%", drawn: true },
  { measure: "ambulance.handovers_over_45_today", title: "Over 45 min", note: "45-minute rule" },
  { measure: "ambulance.handovers_over_60_today", title: "Over 60 min", note: "today" },
  {
    measure: "ambulance.hours_lost_today",
    title: "Hours lost",
    note: "today, by those waiting",
    beside: { measure: "ambulance.hours_lost_waiting", word: "waiting" },
  },
  { measure: "ambulance.diverted_away_today", title: "Diverted away", note: "today" },
  { measure: "ambulance.diverted_here_today", title: "Diverted here", note: "today" },
];

function Handovers({ seen, vehicles }: { seen: Seen; vehicles: Vehicles | null }) {
  const sites = useMemo(
    () =>
      sorted(
        seen.overview.sites.filter((site) => site.ed_type === 1),
        byNeed,
      ),
    [seen.overview.sites],
  );
  const most = mostOf(sites.map((site) => site.measures["ambulance.waiting_handover"]));
  if (seen.wall) return <AmbulanceWall seen={seen} sites={sites} most={most} headlines={headlines} />;
  const strip = (site: Site) => {
    const told = vehicles?.sites.find((each) => each.code === site.code);
    if (!told) return <BandBar bands={waitsOf(site)} most={most} breach={RULE} width={STRIP} height={22} />;
    const { vehicles: placed, unplaced } = onTheStrip(told.vehicles, seen.now);
    return (
      <div class="strip">
        <VehicleStrip
          place={site.short_name}
          vehicles={placed}
          limit={LIMIT}
          now={seen.now}
          standing={standingOf(site.measures["ambulance.waiting_handover"])}
          width={STRIP}
        />
        {unplaced > 0 && <span class="quiet">{unplaced} more on the way, arrival not told</span>}
      </div>
    );
  };
  return (
    <>
      <Headlines headlines={headlines} sites={sites} seen={seen} />
      <Pressure
        id="handovers"
        title="Handovers now"
        note={`${sites.length} hospitals, by need`}
        sites={sites}
        first={{ measure: "ambulance.waiting_handover", title: "Waiting", note: "to hand over" }}
        drawing={
          vehicles ? (
            <span class="sort">
              <span class="sort-title">Each ambulance</span>
              <span class="sort-note">by minutes since arrival; dashed: due in, by category</span>
            </span>
          ) : (
            <BandKey words={WAITS} breach={RULE} />
          )
        }
        draw={strip}
        columns={waiting}
        seen={seen}
      />
      <SitePart
        id="handovers-today"
        title="Handovers today"
        note="since midnight"
        sites={sites}
        columns={today}
        seen={seen}
        total
      />
      <Responses seen={seen} />
    </>
  );
}

/** Handovers at every hospital, what is on its way, and how soon calls are reached. */
export function Page() {
  const me = useMe();
  const marks = me?.may.includes("people:read") ?? false;
  return (
    <Frame topics={marks ? FIGURES_AND_VEHICLES : FIGURES}>
      {(overview, shown) => {
        const board = live.topic<Board>("board:ambulance");
        if (!board) return <Said>Waiting for the first figures of this board.</Said>;
        return (
          <Desk
            overview={joined(overview, board)}
            shown={shown}
            name="ambulance"
            foot="Red: past 45 minutes, the longest a handover may take. Hours lost: the time beyond 15 minutes of each handover."
          >
            {(seen) => <Handovers seen={seen} vehicles={marks ? live.topic<Vehicles>("vehicles") : null} />}
          </Desk>
        );
      }}
    </Frame>
  );
}
