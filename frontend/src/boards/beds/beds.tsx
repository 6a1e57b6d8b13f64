import type { Site, SiteUnit } from "../../api/types";
import { BedGrid, BedKey } from "../../components/beds/bed-grid";
import { sheetOfBeds } from "../../components/beds/beds-sheet";
import { sorted } from "../../components/site-table/rows";
import type { Plan } from "../frame/columns";
import { boardOf, type Drawn } from "../service/board";
import { Card, Headlines, SitesCard, type TilePlan } from "../service/parts";
import { reportedBy, sitesWith, together } from "../service/plans";
import type { WallPlan } from "../service/wall";
import { wardsOf } from "./wards";
import { bridge, closedInWords } from "./words";

const headlines: TilePlan[] = [
  { measure: "beds.tonight", label: "Adult beds tonight", detail: bridge },
  { measure: "beds.ga_occupancy", label: "G&A occupied" },
  {
    measure: "beds.ga_free",
    label: "G&A free now",
    detail: (totals) =>
      together(totals, [
        ["beds.ga_prospective", "prospective"],
        ["beds.ga_potential", "potential"],
      ]),
  },
  {
    measure: "beds.escalation_open",
    label: "Escalation beds open",
    detail: (totals) => together(totals, [["beds.core_open", "core beds"]]),
  },
  { measure: "beds.closed", label: "G&A closed", detail: closedInWords },
  {
    measure: "beds.critical_care_free",
    label: "Critical care free",
    detail: (totals) => together(totals, [["beds.critical_care_occupied", "occupied"]]),
  },
  {
    measure: "beds.community_free",
    label: "Community beds free",
    detail: (totals) => together(totals, [["beds.community_occupied", "occupied"]]),
  },
  {
    measure: "beds.stay_over_21_days",
    label: "In hospital 21 days",
    detail: (totals) =>
      together(totals, [
        ["beds.stay_over_14_days", "for 14"],
        ["beds.stay_over_7_days", "for 7 days"],
      ]),
  },
];

const tonight: Plan[] = [
  { measure: "beds.adult_free", title: "Free now", note: "adult beds" },
  { measure: "beds.adult_decided", title: "− Decided", note: "to admit" },
  { measure: "beds.adult_due", title: "+ Expected", note: "definite today" },
  { measure: "beds.tonight", title: "= Tonight", drawn: true },
  { measure: "beds.ga_occupancy", title: "G&A occupied", drawn: true },
  { measure: "beds.ga_prospective", title: "Prospective", note: "G&A free" },
  { measure: "beds.ga_potential", title: "Potential", note: "G&A free" },
  { measure: "beds.escalation_open", title: "Escalation", note: "beds open" },
  { measure: "beds.closed", title: "Closed", note: "G&A beds" },
  { measure: "beds.stay_over_7_days", title: "7 days", note: "or longer" },
  { measure: "beds.stay_over_14_days", title: "14 days", note: "or longer" },
  { measure: "beds.stay_over_21_days", title: "21 days", note: "or longer" },
];

/** Bed by bed, from those who send it. */
const usable: Plan[] = [
  { measure: "beds.usable_any", title: "Usable", note: "now" },
  { measure: "beds.usable_female", title: "For women", note: "alone" },
  { measure: "beds.usable_male", title: "For men", note: "alone" },
  { measure: "beds.usable_side_rooms", title: "Side rooms", note: "usable" },
  { measure: "beds.usable_cohort", title: "Cohort", note: "with an infection" },
  { measure: "beds.being_cleaned", title: "Being cleaned", note: "staffed" },
  { measure: "beds.unstaffed", title: "Without staff", note: "escalation, closed" },
];

const apart: Plan[] = [
  { measure: "beds.critical_care_occupancy", title: "Critical care", note: "occupied", drawn: true },
  { measure: "beds.critical_care_free", title: "Free", note: "critical care" },
  { measure: "beds.children_occupancy", title: "Children’s", note: "G&A occupied", drawn: true },
  { measure: "beds.children_tonight", title: "Tonight", note: "children’s" },
  { measure: "beds.maternity_occupancy", title: "Maternity", note: "occupied" },
  { measure: "beds.maternity_free", title: "Free", note: "maternity" },
  { measure: "beds.neonatal_occupancy", title: "Neonatal", note: "occupied" },
  { measure: "beds.neonatal_free", title: "Free", note: "neonatal" },
];

const community: Plan[] = [
  { measure: "beds.community_occupancy", title: "Occupied", note: "of beds open" },
  { measure: "beds.community_occupied", title: "In a bed", note: "people" },
  { measure: "beds.community_free", title: "Free", note: "beds" },
  { measure: "beds.stay_over_21_days", title: "21 days", note: "or longer" },
];

const byTonight = { column: "beds.tonight", descending: false };
const byUsable = { column: "beds.usable_any", descending: false };
const measuresOf = (plans: Plan[]) => plans.map(({ measure }) => measure);

function Wards({ sites, units, drawn }: { sites: Site[]; units: SiteUnit[]; drawn: Drawn }) {
  const chosen = sites.find((site) => site.code === drawn.selected) ?? sites[0];
  if (!chosen) return null;
  const wards = units.filter((unit) => unit.site === chosen.code && unit.kind === "ward");
  return (
    <Card
      id="wards-title"
      title={`Wards of ${chosen.name}`}
      note="the fullest first; a row above chooses another hospital"
      away={{
        name: `Beds of ${chosen.name}, by ward`,
        sheet: () => sheetOfBeds(wardsOf(wards), drawn.now),
        now: drawn.now,
      }}
    >
      <BedGrid
        label={`Beds of ${chosen.name}, by ward`}
        units={wardsOf(wards)}
        view="marks"
        now={drawn.now}
      />
      <div class="beds-legend">
        <BedKey only={["occupied", "free", "closed"]} />
      </div>
    </Card>
  );
}

function Desk({ drawn }: { drawn: Drawn }) {
  const { sites, units } = drawn.picture;
  const acute = sorted(sitesWith(sites, ["beds.tonight"]), byTonight);
  const bedByBed = reportedBy(usable, acute);
  return (
    <>
      <Headlines plans={headlines} drawn={drawn} />
      <SitesCard
        id="tonight-title"
        title="Beds tonight, by hospital"
        note="now − decided + expected; the shortest first"
        plans={reportedBy(tonight, acute)}
        sites={acute}
        drawn={drawn}
        first={byTonight}
      />
      {bedByBed.length > 0 && (
        <SitesCard
          id="usable-title"
          title="Usable beds"
          note="clean, staffed and empty, of every kind; the fewest first"
          plans={bedByBed}
          sites={sorted(acute, byUsable)}
          drawn={drawn}
          first={byUsable}
        />
      )}
      <SitesCard
        id="apart-title"
        title="Critical care, children, maternity"
        note="counted apart from adult beds"
        plans={apart}
        sites={sitesWith(sites, measuresOf(apart))}
        drawn={drawn}
        first={{ column: "beds.critical_care_occupancy", descending: true }}
      />
      <div class="half">
        <Wards sites={acute} units={units} drawn={drawn} />
      </div>
      <div class="half">
        <SitesCard
          id="community-title"
          title="Community hospitals"
          note="the fullest first"
          plans={community}
          sites={sitesWith(sites, ["beds.community_occupancy"])}
          drawn={drawn}
          first={{ column: "beds.community_occupancy", descending: true }}
          total={false}
        />
      </div>
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: "beds.tonight", label: "adult beds tonight" },
    { measure: "beds.ga_occupancy", label: "G&A beds occupied" },
    { measure: "beds.ga_free", label: "G&A beds free now" },
    { measure: "beds.ga_prospective", label: "free, prospective" },
    { measure: "beds.escalation_open", label: "escalation beds open" },
    { measure: "beds.closed", label: "G&A beds closed" },
    { measure: "beds.critical_care_free", label: "critical care free" },
    { measure: "beds.community_free", label: "community beds free" },
  ],
  title: "Beds tonight, the shortest first",
  note: "now − decided + expected",
  rows: [
    { measure: "beds.adult_free", label: "Free now", note: "adult beds" },
    { measure: "beds.adult_decided", label: "Decided", note: "to admit" },
    { measure: "beds.adult_due", label: "Expected", note: "definite today" },
    { measure: "beds.tonight", label: "Tonight" },
    { measure: "beds.ga_occupancy", label: "G&A occupied" },
    { measure: "beds.critical_care_free", label: "Critical care", note: "free" },
  ],
  sites: ({ sites }) => sorted(sitesWith(sites, ["beds.tonight"]), byTonight),
};

/** The beds board: what is free, closed and expected, and whether there are beds enough tonight. */
export const Page = boardOf({
  name: "beds-board",
  services: ["beds", "unit"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: [
    "Lines: the last 24 hours, up to now. Dotted: the plan. A red dot is past it.",
    "G&A: general and acute beds.",
  ],
});
