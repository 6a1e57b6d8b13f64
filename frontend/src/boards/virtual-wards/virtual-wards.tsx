import { BedGrid } from "../../components/beds/bed-grid";
import { sheetOfBeds } from "../../components/beds/beds-sheet";
import { sorted } from "../../components/site-table/rows";
import { together } from "../beds/words";
import type { Plan } from "../frame/columns";
import { boardOf, type Drawn } from "../service/board";
import { Card, Headlines, SitesCard, type TilePlan } from "../service/parts";
import { sitesWith } from "../service/plans";
import type { WallPlan } from "../service/wall";
import { teamsOf } from "./teams";

const headlines: TilePlan[] = [
  {
    measure: "virtual_ward.on_caseload",
    label: "People managed at once",
    detail: (totals) => together(totals, [["virtual_ward.places", "places"]]),
  },
  { measure: "virtual_ward.occupancy", label: "Occupied" },
  { measure: "virtual_ward.unused", label: "Places unused" },
  {
    measure: "virtual_ward.referrals_waiting",
    label: "Referrals waiting",
    detail: () => "neither accepted nor declined",
  },
  {
    measure: "virtual_ward.referred_today",
    label: "Referred today",
    detail: (totals) =>
      together(totals, [
        ["virtual_ward.step_up_today", "step up"],
        ["virtual_ward.step_down_today", "step down"],
      ]),
  },
  {
    measure: "virtual_ward.accepted_today",
    label: "Accepted today",
    detail: (totals) => together(totals, [["virtual_ward.declined_today", "declined"]]),
  },
  {
    measure: "virtual_ward.left_today",
    label: "Left today",
    detail: (totals) => together(totals, [["virtual_ward.admitted_today", "to hospital"]]),
  },
  { measure: "virtual_ward.mean_stay", label: "Mean stay, last 24 h" },
];

const byHub: Plan[] = [
  { measure: "virtual_ward.on_caseload", title: "On caseload", note: "now" },
  { measure: "virtual_ward.occupancy", title: "Occupied", drawn: true },
  { measure: "virtual_ward.unused", title: "Unused", note: "places" },
  { measure: "virtual_ward.step_up_share", title: "Step up", note: "of those on it" },
  { measure: "virtual_ward.referrals_waiting", title: "Waiting", note: "referrals" },
  {
    measure: "virtual_ward.referred_today",
    title: "Referred",
    note: "today",
  },
  { measure: "virtual_ward.accepted_today", title: "Accepted", note: "today" },
  { measure: "virtual_ward.declined_today", title: "Declined", note: "today" },
  { measure: "virtual_ward.onboarded_today", title: "Came on", note: "today" },
  { measure: "virtual_ward.left_today", title: "Left", note: "today" },
  { measure: "virtual_ward.admitted_today", title: "To hospital", note: "today" },
  { measure: "virtual_ward.mean_stay", title: "Mean stay", note: "last 24 h" },
  { measure: "virtual_ward.over_14_days", title: "14 days", note: "or longer" },
];

/** The emptiest first: a place that nobody uses keeps somebody in a hospital bed. */
const leastUsed = { column: "virtual_ward.occupancy", descending: false };

function Desk({ drawn }: { drawn: Drawn }) {
  const { sites, units } = drawn.picture;
  const hubs = sorted(sitesWith(sites, ["virtual_ward.occupancy"]), leastUsed);
  return (
    <>
      <Headlines plans={headlines} drawn={drawn} />
      <SitesCard
        id="hubs-title"
        title="Virtual wards, by hub"
        note="the least used first"
        plans={byHub}
        sites={hubs}
        drawn={drawn}
        first={leastUsed}
      />
      <Card
        id="teams-title"
        title="Teams"
        note="the fullest first; a place a mark, filled where somebody is on it"
        away={{
          name: "Places of virtual wards, by team",
          sheet: () => sheetOfBeds(teamsOf(units, hubs), drawn.now, "Team"),
          now: drawn.now,
        }}
      >
        <BedGrid
          label="Places of virtual wards, by team"
          what="Team"
          units={teamsOf(units, hubs)}
          view="marks"
          now={drawn.now}
        />
      </Card>
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: "virtual_ward.on_caseload", label: "people managed at once" },
    { measure: "virtual_ward.occupancy", label: "of places occupied" },
    { measure: "virtual_ward.unused", label: "places unused" },
    { measure: "virtual_ward.referrals_waiting", label: "referrals waiting" },
    { measure: "virtual_ward.referred_today", label: "referred today" },
    { measure: "virtual_ward.accepted_today", label: "accepted today" },
    { measure: "virtual_ward.declined_today", label: "declined today" },
    { measure: "virtual_ward.mean_stay", label: "mean stay, last 24 h" },
  ],
  title: "Virtual wards, the least used first",
  rows: [
    { measure: "virtual_ward.on_caseload", label: "On caseload", note: "people now" },
    { measure: "virtual_ward.occupancy", label: "Occupied", note: "of places" },
    { measure: "virtual_ward.unused", label: "Unused", note: "places" },
    { measure: "virtual_ward.referrals_waiting", label: "Waiting", note: "referrals" },
    { measure: "virtual_ward.accepted_today", label: "Accepted", note: "today" },
    { measure: "virtual_ward.left_today", label: "Left", note: "today" },
  ],
  sites: ({ sites }) => sorted(sitesWith(sites, ["virtual_ward.occupancy"]), leastUsed),
};

/** The virtual wards board: how many are looked after at home, and how many more could be. */
export const Page = boardOf({
  name: "virtual-wards",
  services: ["virtual_ward", "unit"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: ["Lines: the last 24 hours, up to now. Dotted: the plan. A red dot is past it."],
});
