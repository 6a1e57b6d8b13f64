import type { ComponentChildren } from "preact";
import { sorted } from "../../components/site-table/rows";
import { boardOf, type Drawn } from "../service/board";
import { Organisations, type ReportedPlan } from "../service/organisations";
import { Headlines, SitesCard } from "../service/parts";
import { reportedBy, sitesWith } from "../service/plans";
import type { WallPlan } from "../service/wall";
import {
  byDepartment,
  byHospital,
  byHub,
  bySuite,
  byTeam,
  byUnit,
  community,
  mentalHealth,
  primaryCare,
  slots,
  told,
} from "./plans";

const mostWaiting = { column: "ucr.waiting", descending: true };
const fullest = { column: "beds.community_occupancy", descending: true };
const leastUsed = { column: "virtual_ward.occupancy", descending: false };
const mostInEd = { column: "ed.mental_health", descending: true };
const fullestWards = { column: "mh.adult_occupancy", descending: true };
/** What a place has that has mental health beds. */
const units = ["mh.adult_free", "mh.older_occupancy"];
const fewestPlaces = { column: "s136.free", descending: false };

interface ReportedProps {
  id: string;
  title: string;
  note?: ComponentChildren;
  plans: ReportedPlan[];
  drawn: Drawn;
}

/** What somebody reports, by whom; no card where nobody does. */
function Reported({ id, title, note, plans, drawn }: ReportedProps) {
  const of = reportedBy(plans, drawn.picture.providers);
  const rows = drawn.picture.providers.filter((row) => reportedBy(of, [row]).length > 0);
  return rows.length > 0 ? (
    <Organisations id={id} title={title} note={note} of={of} rows={rows} drawn={drawn} />
  ) : null;
}

function Desk({ drawn }: { drawn: Drawn }) {
  const { sites } = drawn.picture;
  return (
    <>
      <Headlines plans={community} drawn={drawn} title="Community now" />
      <Headlines plans={mentalHealth} drawn={drawn} title="Mental health now" />
      <SitesCard
        id="response-title"
        title="Urgent community response, by hub"
        note="the most waiting first"
        plans={byTeam}
        sites={sitesWith(sites, ["ucr.waiting"])}
        drawn={drawn}
        first={mostWaiting}
      />
      <div class="half service-stack">
        <SitesCard
          id="hospitals-title"
          title="Community hospitals’ beds"
          note="the fullest first"
          plans={byHospital}
          sites={sitesWith(sites, ["beds.community_occupancy"])}
          drawn={drawn}
          first={fullest}
        />
      </div>
      <div class="half service-stack">
        <SitesCard
          id="hubs-title"
          title="Virtual wards in short"
          note={<a href="/virtual-wards">all of virtual wards</a>}
          plans={byHub}
          sites={sitesWith(sites, ["virtual_ward.occupancy"])}
          drawn={drawn}
          first={leastUsed}
        />
        <Reported
          id="slots-title"
          title="Room outside hospital, as reported"
          note={<a href="/discharge">all of discharge</a>}
          plans={slots}
          drawn={drawn}
        />
      </div>
      <SitesCard
        id="departments-title"
        title="Mental health in emergency departments"
        note="the most people first"
        plans={byDepartment}
        sites={sitesWith(sites, ["ed.mental_health"])}
        drawn={drawn}
        first={mostInEd}
      />
      <SitesCard
        id="units-title"
        title="Mental health beds, by unit"
        note="adult acute, intensive care, older adults"
        plans={byUnit}
        sites={sitesWith(sites, units)}
        drawn={drawn}
        first={fullestWards}
      />
      <div class="half service-stack">
        <SitesCard
          id="suites-title"
          title="Section 136, by suite"
          note="places of safety"
          plans={bySuite}
          sites={sitesWith(sites, ["s136.free"])}
          drawn={drawn}
          first={fewestPlaces}
        />
      </div>
      <div class="half service-stack">
        <Reported id="told-title" title="Mental health, as reported" plans={told} drawn={drawn} />
        <Reported id="primary-title" title="Primary care, as reported" plans={primaryCare} drawn={drawn} />
      </div>
    </>
  );
}

const wall: WallPlan = {
  figures: [
    { measure: "ucr.within_2h_last_24h", label: "urgent response in 2 h" },
    { measure: "ucr.waiting", label: "urgent response waiting" },
    { measure: "beds.community_free", label: "community beds free" },
    { measure: "virtual_ward.occupancy", label: "virtual wards occupied" },
    { measure: "ed.mental_health", label: "in EDs, mental health" },
    { measure: "ed.mental_health_over_24h", label: "of them over 24 h" },
    { measure: "mh.waiting_for_bed", label: "waiting for a bed" },
    { measure: "s136.free", label: "places of safety free" },
  ],
  title: "Mental health beds, the fullest first",
  rows: [
    { measure: "mh.adult_occupancy", label: "Adult acute", note: "occupied" },
    { measure: "mh.older_occupancy", label: "Older adults", note: "occupied" },
    { measure: "mh.picu_occupancy", label: "Intensive care", note: "occupied" },
    { measure: "mh.ready_for_discharge", label: "Ready", note: "to leave" },
    { measure: "mh.out_of_area", label: "Out of area", note: "placed" },
    { measure: "s136.free", label: "Section 136", note: "places free" },
  ],
  sites: ({ sites }) => sorted(sitesWith(sites, units), fullestWards),
};

/** The board of what is outside the acute hospitals' own care: community services and mental health. */
export const Page = boardOf({
  name: "community",
  services: ["ucr", "mh", "s136", "ed", "beds", "discharge", "community", "primary_care", "mental_health"],
  desk: (drawn) => <Desk drawn={drawn} />,
  wall,
  foot: [
    "Lines: the last 24 hours, up to now. Dotted: the plan. A red dot is past it.",
    "Liaison: mental health liaison in an emergency department. Section 136: held by the police in a place of safety.",
  ],
});
