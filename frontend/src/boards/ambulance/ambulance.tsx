import type { Site, Vehicles } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { MIXED, mostOf, withoutSmall } from "../../components/bands/bands";
import { byNeed, sorted } from "../../components/site-table/rows";
import { standingOf } from "../../components/standing/standing";
import { VehicleStrip } from "../../components/vehicles/vehicle-strip";
import { live } from "../../store";
import type { Plan } from "../frame/columns";
import { useMe } from "../frame/me";
import { type BoardPlan, type Drawn, ServiceBoard } from "../service/board";
import { Headlines, SitesCard, type TilePlan } from "../service/parts";
import { Pressure } from "../service/pressure";
import type { WallPlan } from "../service/wall";
import { Responses } from "./responses";
import { onTheStrip } from "./vehicles";
import { LIMIT, RULE, WAITS, waitsOf } from "./waits";

const VEHICLES = ["vehicles"];
const STRIP = 520;
const WALL_BAR = 228;
const WAITING = "ambulance.waiting_handover";

const headlines: TilePlan[] = [
  { measure: WAITING, label: "Waiting to hand over" },
  { measure: "ambulance.longest_waiting", label: "Longest wait now", detail: "45-minute rule" },
  { measure: "ambulance.waiting_over_45", label: "Waiting over 45 min" },
  { measure: "ambulance.on_the_way", label: "On the way" },
  { measure: "ambulance.handover_mean_today", label: "Mean handover today" },
  { measure: "ambulance.hours_lost_today", label: "Hours lost today", detail: "beyond 15 min each" },
  { measure: "ambulance.handovers_over_45_today", label: "Over 45 min today" },
  { measure: "ambulance.diverted_away_today", label: "Diverted today" },
];

const waiting: Plan[] = [
  { measure: "ambulance.waiting_over_15", title: "Over 15", note: "waiting" },
  { measure: "ambulance.waiting_over_30", title: "Over 30", note: "waiting" },
  { measure: "ambulance.waiting_over_45", title: "Over 45", note: "waiting" },
  { measure: "ambulance.waiting_over_60", title: "Over 60", note: "waiting" },
  { measure: "ambulance.longest_waiting", title: "Longest", note: "now", detail: "" },
  { measure: "ambulance.on_the_way", title: "On the way", note: "now" },
];

const today: Plan[] = [
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

const hospitals = (sites: Site[]) =>
  sorted(
    sites.filter((site) => site.ed_type === 1),
    byNeed,
  );
const mostWaiting = (sites: Site[]) => mostOf(sites.map((site) => site.measures[WAITING]));

function Desk({ drawn }: { drawn: Drawn }) {
  const vehicles = live.topic<Vehicles>("vehicles");
  const sites = hospitals(drawn.picture.sites);
  const most = mostWaiting(sites);
  const strip = (site: Site, width: number) => {
    const told = vehicles?.sites.find((each) => each.code === site.code);
    if (!told) return <BandBar bands={waitsOf(site)} most={most} breach={RULE} width={width} height={22} />;
    const { vehicles: placed, unplaced } = onTheStrip(told.vehicles, drawn.now);
    return (
      <div class="strip">
        <VehicleStrip
          place={site.short_name}
          vehicles={placed}
          limit={LIMIT}
          now={drawn.now}
          standing={standingOf(site.measures[WAITING])}
          width={width}
        />
        {unplaced > 0 && <span class="quiet">{unplaced} more on the way, arrival not told</span>}
      </div>
    );
  };
  return (
    <>
      <Headlines plans={headlines} drawn={drawn} />
      <Pressure
        id="handovers"
        title="Handovers now"
        note={`${sites.length} hospitals, by need`}
        sites={sites}
        first={{ measure: WAITING, title: "Waiting", note: "to hand over" }}
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
        width={STRIP}
        draw={strip}
        columns={waiting}
        drawn={drawn}
      />
      <SitesCard
        id="handovers-today"
        title="Handovers today"
        note="since midnight"
        plans={today}
        sites={sites}
        drawn={drawn}
      />
      <Responses drawn={drawn} />
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: WAITING, label: "waiting to hand over" },
    { measure: "ambulance.longest_waiting", label: "longest wait now" },
    { measure: "ambulance.waiting_over_45", label: "waiting over 45 min" },
    { measure: "ambulance.handover_mean_today", label: "mean handover today" },
    { measure: "ambulance.hours_lost_today", label: "hours lost today" },
  ],
  title: "Handovers, by need",
  note: <BandKey words={WAITS} breach={RULE} mixed={MIXED} />,
  rows: [
    {
      measure: WAITING,
      label: "Waiting",
      note: "to hand over",
      draw: (site, sites) => (
        <BandBar
          bands={withoutSmall(waitsOf(site))}
          most={mostWaiting(sites)}
          breach={RULE}
          width={WALL_BAR}
          height={44}
        />
      ),
    },
    { measure: "ambulance.longest_waiting", label: "Longest", note: "waiting now" },
    { measure: "ambulance.waiting_over_45", label: "Over 45 min", note: "waiting now" },
    { measure: "ambulance.on_the_way", label: "On the way", note: "now" },
    { measure: "ambulance.handover_mean_today", label: "Mean", note: "handover today" },
    { measure: "ambulance.handovers_over_45_today", label: "Over 45 min", note: "today" },
    { measure: "ambulance.hours_lost_today", label: "Hours lost", note: "today" },
  ],
  sites: ({ sites }) => hospitals(sites),
};

const plan: BoardPlan = {
  name: "ambulance",
  services: ["ambulance"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: [
    "Red: past 45 minutes, the longest a handover may take.",
    "Hours lost: the time beyond 15 minutes of each handover.",
  ],
};

/** Handovers at every hospital, what is on its way, and how soon calls are reached. */
export function Page() {
  // Each vehicle is for those who may see marks of people; the others see the same waits as counts.
  const marks = useMe()?.may.includes("people:read");
  return <ServiceBoard plan={plan} also={marks ? VEHICLES : undefined} />;
}
