import type { Measures } from "../../api/types";
import { counts } from "../../format/number";
import type { Plan } from "../frame/columns";
import type { ReportedPlan } from "../service/organisations";
import type { TilePlan } from "../service/parts";
import { numberOf, together } from "../service/plans";

/** "24 of 32, last 24 h". */
const inADay = (measure: string) => (totals: Measures) => {
  const value = totals[measure];
  return value && `${counts(value)}, last 24 h`;
};

export const community: TilePlan[] = [
  {
    measure: "ucr.within_2h_last_24h",
    label: "Urgent response in 2 h",
    detail: inADay("ucr.within_2h_last_24h"),
  },
  {
    measure: "ucr.waiting",
    label: "Urgent response waiting",
    detail: (totals) => together(totals, [["ucr.waiting_over_2h", "over 2 h"]]),
  },
  {
    measure: "ucr.referred_today",
    label: "Urgent response today",
    detail: () => "referred since midnight",
  },
  {
    measure: "beds.community_occupancy",
    label: "Community beds occupied",
  },
  {
    measure: "beds.community_free",
    label: "Community beds free",
    detail: (totals) => together(totals, [["beds.community_open", "open"]]),
  },
  { measure: "virtual_ward.occupancy", label: "Virtual wards occupied" },
  {
    measure: "discharge.waiting_for_hub",
    label: "Waiting for the hub",
    detail: (totals) => together(totals, [["discharge.hub_over_24h", "over 24 h"]]),
  },
  {
    measure: "primary_care.appointments_today",
    label: "GP appointments today",
    detail: (totals) => together(totals, [["primary_care.same_day_requests", "same-day requests"]]),
  },
];

export const mentalHealth: TilePlan[] = [
  {
    measure: "ed.mental_health",
    label: "In EDs for mental health",
    detail: (totals) => together(totals, [["ed.mental_health_over_12h", "over 12 h"]]),
  },
  { measure: "ed.mental_health_over_24h", label: "In EDs over 24 h", detail: () => "for mental health" },
  {
    measure: "mh.liaison_within_1h_last_24h",
    label: "Liaison within an hour",
    detail: inADay("mh.liaison_within_1h_last_24h"),
  },
  {
    measure: "mh.waiting_for_bed",
    label: "Waiting for a bed",
    detail: (totals) => together(totals, [["mh.waiting_for_bed_over_24h", "over 24 h"]]),
  },
  { measure: "mh.adult_occupancy", label: "Adult acute occupied" },
  {
    measure: "mh.ready_for_discharge",
    label: "Ready for discharge",
    detail: (totals) => together(totals, [["mh.left_today", "left today"]]),
  },
  { measure: "mh.out_of_area", label: "Placed out of area", detail: () => "for want of a bed" },
  {
    measure: "s136.free",
    label: "Places of safety free",
    detail: (totals) => {
      const over = numberOf(totals["s136.over_24h"]);
      const said = together(totals, [["s136.suites_occupied", "occupied"]]);
      return over
        ? [said, together(totals, [["s136.over_24h", "over 24 h"]])].filter(Boolean).join(", ")
        : said;
    },
  },
];

export const byTeam: Plan[] = [
  { measure: "ucr.waiting", title: "Waiting", note: "people now" },
  { measure: "ucr.waiting_over_2h", title: "Over 2 h", note: "waiting" },
  { measure: "ucr.within_2h_last_24h", title: "Within 2 h", note: "last 24 h", drawn: true },
  { measure: "ucr.mean_response_last_24h", title: "Mean wait", note: "last 24 h" },
  { measure: "ucr.stayed_home_last_24h", title: "At home", note: "stayed, 24 h" },
  { measure: "ucr.referred_today", title: "Referred", note: "today" },
];

export const byHospital: Plan[] = [
  { measure: "beds.community_occupancy", title: "Occupied", note: "of beds open", drawn: true },
  { measure: "beds.community_free", title: "Free", note: "beds" },
  { measure: "beds.community_open", title: "Open", note: "beds" },
];

export const byHub: Plan[] = [
  { measure: "virtual_ward.on_caseload", title: "On caseload", note: "now" },
  { measure: "virtual_ward.occupancy", title: "Occupied", note: "of places", drawn: true },
];

export const byDepartment: Plan[] = [
  { measure: "ed.mental_health", title: "In ED", note: "mental health", drawn: true },
  { measure: "ed.mental_health_over_12h", title: "Over 12 h", note: "in ED" },
  { measure: "ed.mental_health_over_24h", title: "Over 24 h", note: "in ED" },
  { measure: "mh.liaison_waiting", title: "For liaison", note: "waiting" },
  { measure: "mh.liaison_within_1h_last_24h", title: "Liaison in 1 h", note: "last 24 h", drawn: true },
  { measure: "mh.waiting_for_bed", title: "For a bed", note: "waiting" },
  { measure: "mh.waiting_for_bed_over_24h", title: "Bed over 24 h", note: "waiting" },
  { measure: "s136.in_ed", title: "Section 136", note: "held in ED" },
];

const noBeds = "no such beds";

export const byUnit: Plan[] = [
  { measure: "mh.adult_occupancy", title: "Adult acute", note: "occupied", none: noBeds, drawn: true },
  { measure: "mh.adult_free", title: "Adult free", note: "beds", none: noBeds },
  { measure: "mh.picu_occupancy", title: "Intensive", note: "care, occupied", none: noBeds },
  { measure: "mh.picu_free", title: "Intensive free", note: "beds", none: noBeds },
  { measure: "mh.older_occupancy", title: "Older adults", note: "occupied", none: noBeds },
  { measure: "mh.waiting_for_bed", title: "For a bed", note: "waiting" },
  { measure: "mh.ready_for_discharge", title: "Ready", note: "to leave" },
  { measure: "mh.out_of_area", title: "Out of area", note: "placed" },
  { measure: "mh.admitted_today", title: "Admitted", note: "today" },
  { measure: "mh.left_today", title: "Left", note: "today" },
  { measure: "mh.crisis_within_4h_last_24h", title: "Crisis, 4 h", note: "very urgent, 24 h" },
  { measure: "mh.crisis_within_24h_last_24h", title: "Crisis, 24 h", note: "urgent, 24 h" },
];

export const bySuite: Plan[] = [
  { measure: "s136.free", title: "Free", note: "places", drawn: true },
  { measure: "s136.suites_occupied", title: "Occupied", note: "people now" },
  { measure: "s136.over_24h", title: "Over 24 h", note: "held" },
  { measure: "s136.arrived_today", title: "Brought", note: "today" },
];

/** What organisations report of the room they have for people who leave hospital. */
export const slots: ReportedPlan[] = [
  { measure: "community.p1_slots_free", title: "Pathway 1", note: "starts free" },
  { measure: "community.p1_waiting", title: "Pathway 1", note: "waiting" },
  { measure: "community.p2_beds_free", title: "Pathway 2", note: "beds free" },
  { measure: "community.p3_beds_free", title: "Pathway 3", note: "beds free" },
  { measure: "community.ucr_within_2h", title: "In 2 h", note: "urgent response" },
];

export const primaryCare: ReportedPlan[] = [
  { measure: "primary_care.appointments_today", title: "Appointments", note: "today" },
  { measure: "primary_care.same_day_requests", title: "Same day", note: "asked for" },
  { measure: "primary_care.same_day_share", title: "Same day", note: "of appointments" },
  { measure: "primary_care.out_of_hours_waiting", title: "Out of hours", note: "waiting" },
  { measure: "primary_care.practices_under_pressure", title: "Practices", note: "under pressure" },
];

/** What mental health providers report of themselves: never one line with what is derived. */
export const told: ReportedPlan[] = [
  { measure: "mental_health.waiting_for_bed", title: "For a bed", note: "waiting" },
  { measure: "mental_health.in_ed_over_12h", title: "In ED", note: "over 12 h" },
  { measure: "mental_health.liaison_within_1h", title: "Liaison", note: "within 1 h" },
  { measure: "mental_health.ready_for_discharge", title: "Ready", note: "to leave" },
  { measure: "mental_health.out_of_area", title: "Out of area", note: "placed" },
  { measure: "mental_health.s136_free", title: "Section 136", note: "free" },
];
