import type { SiteDetail } from "../../api/types";
import { BedGrid } from "../../components/beds/bed-grid";
import { sheetOfBeds } from "../../components/beds/beds-sheet";
import { Line, Part } from "./parts";
import { gridOf, has } from "./pictured";

interface Props {
  detail: SiteDetail;
  now: number;
}

/** The wards and places of safety of a mental health unit, and who waits for what of them. */
export function MentalHealthBeds({ detail, now }: Props) {
  const wards = gridOf(
    detail.units.filter((unit) => unit.kind === "ward" || unit.kind === "place_of_safety"),
    null,
  );
  return (
    <Part
      id="mental-title"
      title="Mental health beds"
      away={{ name: `Mental health beds, ${detail.name}`, sheet: () => sheetOfBeds(wards, now), now }}
    >
      <Line
        detail={detail}
        now={now}
        said={[
          { measure: "mh.adult_occupancy", words: "adult acute occupied" },
          { measure: "mh.adult_free", words: "adult acute free" },
          { measure: "mh.picu_occupancy", words: "intensive care occupied" },
          { measure: "mh.older_occupancy", words: "older adults occupied" },
        ]}
      />
      <div class="site-grid">
        <BedGrid
          label={`Mental health beds, ${detail.name}`}
          units={wards}
          withNoCriteria={false}
          view="marks"
          now={now}
          explained
        />
      </div>
    </Part>
  );
}

/** The way to a mental health bed and out of it. */
export function MentalHealthFlow({ detail, now }: Props) {
  return (
    <Part id="mental-flow-title" title="To a bed and home again">
      <Line
        detail={detail}
        now={now}
        said={[
          { measure: "mh.waiting_for_bed", words: "waiting for a bed" },
          { measure: "mh.waiting_for_bed_over_24h", words: "over 24 h" },
          { measure: "mh.admitted_today", words: "admitted today" },
          { measure: "mh.left_today", words: "left today" },
          { measure: "mh.ready_for_discharge", words: "ready for discharge" },
          { measure: "mh.out_of_area", words: "placed out of area" },
          { measure: "mh.crisis_within_4h_last_24h", words: "very urgent seen in 4 h" },
          { measure: "mh.crisis_within_24h_last_24h", words: "urgent seen in 24 h" },
        ]}
      />
    </Part>
  );
}

export function PlaceOfSafety({ detail, now }: Props) {
  return (
    <Part id="safety-title" title="Section 136">
      <Line
        detail={detail}
        now={now}
        said={[
          { measure: "s136.suites_occupied", words: "in a place of safety" },
          { measure: "s136.free", words: "places free" },
          { measure: "s136.over_24h", words: "over 24 h" },
          { measure: "s136.arrived_today", words: "brought today" },
        ]}
      />
    </Part>
  );
}

/** People of an acute hospital's department who are there for mental health. */
export function MentalHealthInEd({ detail, now }: Props) {
  return (
    <Part id="liaison-title" title="Mental health in ED">
      <Line
        detail={detail}
        now={now}
        said={[
          { measure: "ed.mental_health", words: "in the department" },
          { measure: "ed.mental_health_over_12h", words: "over 12 h" },
          { measure: "ed.mental_health_over_24h", words: "over 24 h" },
          { measure: "mh.liaison_within_1h_today", words: "seen by liaison in an hour today" },
          { measure: "mh.liaison_waiting", words: "waiting for liaison" },
          { measure: "mh.waiting_for_bed", words: "waiting for a mental health bed" },
          { measure: "s136.in_ed", words: "under section 136" },
        ]}
      />
    </Part>
  );
}

export function UrgentResponse({ detail, now }: Props) {
  if (!has(detail, "response_team")) return null;
  return (
    <Part id="response-title" title="Urgent community response">
      <Line
        detail={detail}
        now={now}
        said={[
          { measure: "ucr.waiting", words: "waiting" },
          { measure: "ucr.waiting_over_2h", words: "over 2 h" },
          { measure: "ucr.within_2h_today", words: "seen in 2 h today" },
          { measure: "ucr.within_2h_last_24h", words: "in the last 24 hours" },
          { measure: "ucr.referred_today", words: "referred today" },
          { measure: "ucr.stayed_home_last_24h", words: "stayed at home" },
        ]}
      />
    </Part>
  );
}
