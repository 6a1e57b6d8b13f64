import type { Measures } from "../../api/types";
import { sorted } from "../../components/site-table/rows";
import { counts } from "../../format/number";
import type { Plan } from "../frame/columns";
import { boardOf, type Drawn } from "../service/board";
import { Matrix, type MatrixRow } from "../service/matrix";
import { Organisations, type ReportedPlan } from "../service/organisations";
import { Headlines, SitesCard, type TilePlan } from "../service/parts";
import { reportedBy, sitesWith, together } from "../service/plans";
import type { WallPlan } from "../service/wall";

const ofBeds = (totals: Measures) => {
  const share = totals["discharge.no_criteria_share"];
  return share
    ? counts(share)
        .replace(/^.* of /, "of ")
        .concat(" G&A beds occupied")
    : undefined;
};

const headlines: TilePlan[] = [
  { measure: "discharge.no_criteria_to_reside", label: "No criteria to reside", detail: ofBeds },
  {
    measure: "discharge.ready_and_waiting",
    label: "Ready, waiting over 24 h",
    detail: (totals) => together(totals, [["discharge.no_criteria_21_days", "for 21 days or longer"]]),
  },
  {
    measure: "discharge.waiting_for_hub",
    label: "Waiting for the hub",
    detail: (totals) => together(totals, [["discharge.hub_over_24h", "over 24 h"]]),
  },
  {
    measure: "discharge.due_definite",
    label: "Still to go today, definite",
    detail: (totals) => together(totals, [["discharge.due_possible", "possible"]]),
  },
  {
    measure: "discharge.left_today",
    label: "Discharged today",
    detail: (totals) => together(totals, [["discharge.in_lounge", "in a discharge lounge"]]),
  },
  { measure: "discharge.left_by_1200", label: "By midday, last 24 h" },
  { measure: "discharge.left_by_1700", label: "By 17:00, last 24 h" },
  {
    measure: "beds.stay_over_21_days",
    label: "In hospital 21 days",
    detail: (totals) => together(totals, [["beds.stay_over_7_days", "for 7 days or longer"]]),
  },
];

const bySite: Plan[] = [
  { measure: "discharge.no_criteria_to_reside", title: "NCtR", note: "people" },
  { measure: "discharge.no_criteria_share", title: "Share", note: "of G&A occupied", drawn: true },
  { measure: "discharge.ready_and_waiting", title: "Over 24 h", note: "ready, waiting" },
  { measure: "discharge.no_criteria_7_days", title: "7 days", note: "NCtR" },
  { measure: "discharge.no_criteria_21_days", title: "21 days", note: "NCtR" },
  { measure: "discharge.waiting_for_hub", title: "Hub", note: "waiting" },
  { measure: "discharge.due_definite", title: "Definite", note: "still to go today" },
  { measure: "discharge.due_possible", title: "Possible", note: "still to go today" },
  { measure: "discharge.left_today", title: "Discharged", note: "today" },
  { measure: "discharge.left_by_1200", title: "By midday", drawn: true },
  { measure: "discharge.left_by_1700", title: "By 17:00", note: "last 24 h", drawn: true },
];

const why: MatrixRow[] = [
  { measure: "discharge.delayed_assessment", label: "An assessment" },
  { measure: "discharge.delayed_package", label: "A package of care" },
  { measure: "discharge.delayed_bed", label: "A bed elsewhere" },
  { measure: "discharge.delayed_equipment", label: "Equipment" },
  { measure: "discharge.delayed_medication", label: "Medication" },
  { measure: "discharge.delayed_transport", label: "Transport" },
  { measure: "discharge.delayed_family_choice", label: "A family’s choice" },
  { measure: "discharge.delayed_housing", label: "Housing" },
];

const where: MatrixRow[] = [
  { measure: "discharge.no_criteria_p0", label: "0, home" },
  { measure: "discharge.no_criteria_p1", label: "1, home with support" },
  { measure: "discharge.no_criteria_p2", label: "2, a rehabilitation bed" },
  { measure: "discharge.no_criteria_p3", label: "3, a care home" },
  { measure: "discharge.no_criteria_kent", label: "Kent County Council" },
  { measure: "discharge.no_criteria_medway", label: "Medway Council" },
  { measure: "discharge.no_criteria_other", label: "Another council" },
];

const twoLines: ReportedPlan[] = [
  { measure: "discharge.no_criteria_to_reside", title: "NCtR", note: "derived, now" },
  { measure: "reported.no_criteria_to_reside", title: "NCtR", note: "reported, 08:00" },
  { measure: "discharge.left_today", title: "Discharged", note: "derived, today" },
  { measure: "reported.discharges_total", title: "Discharged", note: "reported, for a day" },
  { measure: "reported.discharges_by_1700", title: "By 17:00", note: "reported, for a day" },
];

const slots: ReportedPlan[] = [
  { measure: "community.p1_slots_free", title: "Pathway 1", note: "starts free" },
  { measure: "community.p1_slots_today", title: "Pathway 1", note: "starts today" },
  { measure: "community.p1_waiting", title: "Pathway 1", note: "waiting" },
  { measure: "community.p2_beds_free", title: "Pathway 2", note: "beds free" },
  { measure: "community.p3_beds_free", title: "Pathway 3", note: "beds free" },
  { measure: "social_care.care_home_vacancies", title: "Care homes", note: "vacancies" },
  { measure: "social_care.home_care_hours_free", title: "Home care", note: "hours free" },
  { measure: "social_care.assessments_over_48h", title: "Assessments", note: "over 48 h" },
];

const worst = { column: "discharge.no_criteria_to_reside", descending: true };

function Desk({ drawn }: { drawn: Drawn }) {
  const { sites, providers } = drawn.picture;
  const acute = sorted(sitesWith(sites, ["discharge.no_criteria_share"]), worst);
  const trusts = providers.filter((each) => each.kind === "acute");
  const outside = providers.filter((each) => each.kind === "community" || each.kind === "council");
  const sent = reportedBy(slots, outside);
  return (
    <>
      <Headlines plans={headlines} drawn={drawn} />
      <SitesCard
        id="sites-title"
        title="Discharge, by hospital"
        note="the most with no criteria to reside first"
        plans={bySite}
        sites={acute}
        drawn={drawn}
        first={worst}
      />
      <section class="card half">
        <Matrix
          id="why-title"
          title="What people wait for"
          heading="Waiting for"
          rows={why}
          sites={acute}
          drawn={drawn}
        />
      </section>
      <section class="card half">
        <Matrix
          id="where-title"
          title="Where they go, and who is responsible"
          heading="Pathway, council"
          rows={where}
          sites={acute}
          drawn={drawn}
        />
      </section>
      <Organisations
        id="lines-title"
        title="Derived and reported are two lines"
        of={twoLines}
        rows={trusts}
        drawn={drawn}
      />
      <Organisations
        id="slots-title"
        title="Room outside hospital, as reported"
        of={sent}
        rows={outside.filter((row) => reportedBy(sent, [row]).length > 0)}
        drawn={drawn}
      />
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: "discharge.no_criteria_to_reside", label: "no criteria to reside" },
    { measure: "discharge.ready_and_waiting", label: "waiting over 24 h" },
    { measure: "discharge.waiting_for_hub", label: "waiting for the hub" },
    { measure: "discharge.due_definite", label: "definite, still to go" },
    { measure: "discharge.due_possible", label: "possible, still to go" },
    { measure: "discharge.left_today", label: "discharged today" },
    { measure: "discharge.left_by_1200", label: "by midday, last 24 h" },
    { measure: "discharge.left_by_1700", label: "by 17:00, last 24 h" },
  ],
  title: "Discharge by hospital, the most waiting first",
  rows: [
    { measure: "discharge.no_criteria_to_reside", label: "No criteria", note: "to reside" },
    { measure: "discharge.no_criteria_share", label: "Share", note: "of G&A occupied" },
    { measure: "discharge.waiting_for_hub", label: "Hub", note: "waiting" },
    { measure: "discharge.due_definite", label: "Definite", note: "still to go today" },
    { measure: "discharge.left_today", label: "Discharged", note: "today" },
    { measure: "discharge.left_by_1700", label: "By 17:00", note: "last 24 h" },
  ],
  sites: ({ sites }) => sorted(sitesWith(sites, ["discharge.no_criteria_share"]), worst),
};

/** The discharge board: who could leave, what they wait for, and who has left. */
export const Page = boardOf({
  name: "discharge",
  services: ["discharge", "beds", "reported", "community", "social_care"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: [
    "Lines: the last 24 hours, up to now. Dotted: the plan. A red dot is past it.",
    "G&A: general and acute beds. NCtR: no criteria to reside.",
  ],
});
