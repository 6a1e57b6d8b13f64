import { useMemo } from "preact/hooks";
import type { Board } from "../../api/types";
import { BandBar, BandKey } from "../../components/bands/band-bar";
import { mostOf } from "../../components/bands/bands";
import { byNeed, sorted } from "../../components/site-table/rows";
import { live } from "../../store";
import { joined } from "../frame/board-figures";
import { Desk, type Seen } from "../frame/desk";
import { Frame } from "../frame/frame";
import { type Headline, Headlines } from "../frame/headlines";
import { Pressure } from "../frame/pressure";
import { Said } from "../frame/said";
import { SitePart } from "../frame/site-part";
import { HOURS, hoursInEd, TWELVE } from "./hours";
import { EdWall } from "./wall";

const TOPICS = ["board:ed"];
const BAR = 300;

const headlines: Headline[] = [
  { measure: "ed.in_department", label: "In EDs and UTCs" },
  { measure: "ed.arrivals_last_hour", label: "Arrivals in the last hour" },
  { measure: "ed.waiting_to_be_seen", label: "Waiting to be seen", detail: "by a clinician" },
  { measure: "ed.over_12h", label: "Over 12 h in ED now", spread: true },
  { measure: "ed.decision_to_admit_waiting", label: "Waiting for a bed", detail: "after decision to admit" },
  { measure: "ed.corridor_care", label: "Corridor care", detail: "now, in EDs" },
  { measure: "ed.majors_resus_occupancy", label: "Majors and resus", spread: true },
  { measure: "ed.within_4h_today", label: "Within 4 hours today", spread: true },
];

const twelveHours = [
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

const departments = [
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
  { measure: "ed.resus_occupancy", title: "Resus", note: "of bays", drawn: true },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today, plan 78%", drawn: true },
];

const centres = [
  { measure: "ed.in_department", title: "In unit", note: "now" },
  ...departments.slice(0, 4),
  { measure: "ed.over_4h", title: "Over 4 h", note: "now, from arrival" },
  { measure: "ed.within_4h_today", title: "Within 4 hours", note: "today" },
];

function Departments({ seen }: { seen: Seen }) {
  const sites = seen.overview.sites;
  const type1 = useMemo(
    () =>
      sorted(
        sites.filter((site) => site.ed_type === 1),
        byNeed,
      ),
    [sites],
  );
  const utcs = useMemo(() => sites.filter((site) => site.ed_type !== null && site.ed_type !== 1), [sites]);
  const most = mostOf(type1.map((site) => site.measures["ed.in_department"]));
  if (seen.wall) return <EdWall seen={seen} sites={type1} most={most} headlines={headlines} />;
  return (
    <>
      <Headlines headlines={headlines} sites={type1} seen={seen} />
      <Pressure
        id="ed-pressure"
        title="Where the pressure is"
        note={`${type1.length} type 1 departments, by need; the three 12-hour measures apart`}
        sites={type1}
        first={{ measure: "ed.in_department", title: "In ED", note: "now" }}
        drawing={<BandKey words={HOURS} breach={TWELVE} />}
        draw={(site) => (
          <BandBar bands={hoursInEd(site)} most={most} breach={TWELVE} width={BAR} height={22} />
        )}
        columns={twelveHours}
        seen={seen}
      />
      <SitePart
        id="ed-flow"
        title="Through the department"
        note="arrivals, triage, clinician, bed"
        sites={type1}
        columns={departments}
        seen={seen}
        total
      />
      <SitePart
        id="ed-utc"
        title="Urgent treatment centres"
        note={String(utcs.length)}
        sites={utcs}
        columns={centres}
        low
        seen={seen}
      />
    </>
  );
}

/** Every emergency department side by side. */
export function Page() {
  return (
    <Frame topics={TOPICS}>
      {(overview, shown) => {
        const board = live.topic<Board>("board:ed");
        if (!board) return <Said>Waiting for the first figures of this board.</Said>;
        return (
          <Desk
            overview={joined(overview, board)}
            shown={shown}
            name="ed"
            foot="Bars: people in the department on one scale. Red: past the line. A person may stand in more than one 12-hour measure."
          >
            {(seen) => <Departments seen={seen} />}
          </Desk>
        );
      }}
    </Frame>
  );
}
