import type { Site } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { MIXED, mostOf, withoutSmall } from "../../components/bands/bands";
import { byNeed, sorted } from "../../components/site-table/rows";
import type { Plan } from "../frame/columns";
import { boardOf, type Drawn } from "../service/board";
import { Headlines, SitesCard, type TilePlan } from "../service/parts";
import { Pressure } from "../service/pressure";
import type { WallPlan } from "../service/wall";
import { HOURS, hoursInEd, TWELVE } from "./hours";

const BAR = 300;
const WALL_BAR = 228;

const headlines: TilePlan[] = [
  { measure: "ed.in_department", label: "In EDs and UTCs" },
  { measure: "ed.arrivals_last_hour", label: "Arrivals in the last hour" },
  { measure: "ed.waiting_to_be_seen", label: "Waiting to be seen", detail: "by a clinician" },
  { measure: "ed.over_12h", label: "Over 12 h in ED now" },
  { measure: "ed.decision_to_admit_waiting", label: "Waiting for a bed", detail: "after decision to admit" },
  { measure: "ed.corridor_care", label: "Corridor care", detail: "now, in EDs" },
  { measure: "ed.majors_resus_occupancy", label: "Majors and resus" },
  { measure: "ed.within_4h_today", label: "Within 4 hours today" },
];

const twelveHours: Plan[] = [
  { measure: "ed.over_4h", title: "Over 4 h in ED", note: "now, from arrival" },
  { measure: "ed.over_12h", title: "Over 12 h in ED", note: "now, from arrival" },
  { measure: "ed.over_12h_today", title: "Left after 12 h", note: "today, from arrival" },
  {
    measure: "ed.decision_to_admit_over_12h",
    title: "Over 12 h, decision",
    note: "now, since decision to admit",
  },
  { measure: "ed.longest_in_department", title: "Longest", note: "now, since arrival", detail: "" },
];

const departments: Plan[] = [
  {
    measure: "ed.arrivals_last_hour",
    title: "Arrivals",
    note: "last hour, today",
    beside: { measure: "ed.attendances_today", word: "today" },
  },
  {
    measure: "ed.waiting_for_triage",
    title: "Waiting for triage",
    note: "now, over 15 min",
    beside: { measure: "ed.waiting_for_triage_over_15", word: "over 15" },
  },
  { measure: "ed.time_to_triage_today", title: "To triage", note: "median today" },
  {
    measure: "ed.waiting_to_be_seen",
    title: "Waiting to be seen",
    note: "now, over 60 min",
    beside: { measure: "ed.waiting_to_be_seen_over_60", word: "over 60" },
  },
  { measure: "ed.time_to_treatment_today", title: "To be seen", note: "median today" },
  {
    measure: "ed.decision_to_admit_waiting",
    title: "Decided to admit",
    note: "waiting, over 4 h",
    beside: { measure: "ed.decision_to_admit_over_4h", word: "over 4 h" },
  },
  {
    measure: "ed.corridor_care",
    title: "Corridor care",
    note: "now, 45 min or longer",
    beside: { measure: "ed.corridor_care_over_45", word: "45 min" },
  },
  { measure: "ed.majors_occupancy", title: "Majors", note: "of cubicles", drawn: true },
  { measure: "ed.resus_occupancy", title: "Resus", note: "of bays" },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today, plan 78%", drawn: true },
];

const centres: Plan[] = [
  { measure: "ed.in_department", title: "In unit", note: "now" },
  ...departments.slice(0, 4),
  { measure: "ed.over_4h", title: "Over 4 h", note: "now, from arrival" },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today" },
];

const type1 = (sites: Site[]) =>
  sorted(
    sites.filter((site) => site.ed_type === 1),
    byNeed,
  );
const mostIn = (sites: Site[]) => mostOf(sites.map((site) => site.measures["ed.in_department"]));

function Desk({ drawn }: { drawn: Drawn }) {
  const { sites } = drawn.picture;
  const eds = type1(sites);
  const utcs = sites.filter((site) => site.ed_type !== null && site.ed_type !== 1);
  const most = mostIn(eds);
  return (
    <>
      <Headlines plans={headlines} drawn={drawn} />
      <Pressure
        id="ed-pressure"
        title="Where the pressure is"
        note={`${eds.length} type 1 departments, by need; the three 12-hour measures apart`}
        sites={eds}
        first={{ measure: "ed.in_department", title: "In ED", note: "now" }}
        drawing={<BandKey words={HOURS} breach={TWELVE} />}
        width={BAR}
        draw={(site, width) => (
          <BandBar bands={hoursInEd(site)} most={most} breach={TWELVE} width={width} height={22} />
        )}
        columns={twelveHours}
        drawn={drawn}
      />
      <SitesCard
        id="ed-flow"
        title="Through the department"
        note="arrivals, triage, clinician, bed"
        plans={departments}
        sites={eds}
        drawn={drawn}
      />
      <SitesCard
        id="ed-utc"
        title="Urgent treatment centres"
        note={String(utcs.length)}
        plans={centres}
        sites={utcs}
        drawn={drawn}
        total={false}
        low
      />
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: "ed.in_department", label: "in EDs and UTCs" },
    { measure: "ed.over_12h", label: "over 12 h in ED now" },
    { measure: "ed.waiting_to_be_seen", label: "waiting to be seen" },
    { measure: "ed.decision_to_admit_waiting", label: "waiting for a bed" },
    { measure: "ed.within_4h_today", label: "within 4 hours today" },
  ],
  title: "Emergency departments, by need",
  note: <BandKey words={HOURS} breach={TWELVE} mixed={MIXED} />,
  rows: [
    {
      measure: "ed.in_department",
      label: "In ED",
      note: "by hours",
      draw: (site, sites) => (
        <BandBar
          bands={withoutSmall(hoursInEd(site))}
          most={mostIn(sites)}
          breach={TWELVE}
          width={WALL_BAR}
          height={64}
        />
      ),
    },
    { measure: "ed.over_12h", label: "Over 12 h", note: "in ED now", people: true },
    { measure: "ed.decision_to_admit_over_12h", label: "Over 12 h", note: "since decision" },
    { measure: "ed.decision_to_admit_waiting", label: "Waiting for bed", note: "decided to admit" },
    { measure: "ed.waiting_to_be_seen", label: "To be seen", note: "by a clinician" },
    { measure: "ed.corridor_care", label: "Corridor", note: "care now" },
    { measure: "ed.majors_resus_occupancy", label: "Majors, resus", note: "of cubicles" },
    { measure: "ed.within_4h_today", label: "Within 4 h", note: "today" },
  ],
  sites: ({ sites }) => type1(sites),
};

/** Every emergency department side by side. */
export const Page = boardOf({
  name: "ed",
  services: ["ed"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: [
    "Bars: people in the department on one scale. Red: past the line.",
    "A person may stand in more than one 12-hour measure.",
  ],
});
