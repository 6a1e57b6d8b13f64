import { useCallback, useEffect, useMemo } from "preact/hooks";
import { fetchSystem } from "../../api/client";
import type { OpelAnswer, Overview, Site, SiteDetail, SitePeople } from "../../api/types";
import { BedGrid } from "../../components/beds/bed-grid";
import { BedMark } from "../../components/beds/bed-mark";
import { sheetOfBeds } from "../../components/beds/beds-sheet";
import { LeaveStrip, sheetOfLeave } from "../../components/leave/leave-strip";
import { OpelBreakdownTable, sheetOfParameters } from "../../components/opel/opel-breakdown";
import { scoreInWords } from "../../components/opel/opel-level";
import { hasFacts, standingOf } from "../../components/standing/standing";
import type { Sheet } from "../../components/table/sheet";
import { VehicleStrip } from "../../components/vehicles/vehicle-strip";
import { sheetOfWaits, WaitsStrip } from "../../components/waits/waits-strip";
import { count } from "../../format/number";
import { measuresOnWall } from "../../format/small";
import { live } from "../../store";
import { Agreed } from "../frame/agreed";
import { openBoard } from "../frame/carrying";
import { Explaining } from "../frame/explaining";
import { useDefinitions, useFetched } from "../frame/fetched";
import { useFollowed } from "../frame/following";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { useNarrow } from "../frame/narrow";
import { OpelPanel } from "../frame/opel-panel";
import { PartHead } from "../frame/part-head";
import { useWidth } from "../frame/width";
import {
  MentalHealthBeds,
  MentalHealthFlow,
  MentalHealthInEd,
  PlaceOfSafety,
  UrgentResponse,
} from "./community";
import { feedsOf, SiteFeeds, SiteHead } from "./head";
import { Line, Part } from "./parts";
import {
  gridOf,
  HANDOVER_LIMIT,
  has,
  leaveOf,
  medianOf,
  shortLines,
  vehiclesOf,
  waitLines,
  waitsOf,
} from "./pictured";
import { SiteWall } from "./wall";
import "../overview/overview.css";
import "./site.css";

/** The overview as it explains the figures of this site too: with all of its measures, and its units beside the sites. */
function explained(overview: Overview, detail: SiteDetail, wall: boolean): Overview {
  const units: Site[] = detail.units.map((unit) => ({
    ...detail,
    code: unit.code,
    name: `${unit.name}, ${detail.name}`,
    short_name: unit.name,
    kind: unit.kind,
    measures: unit.measures,
  }));
  const sites = overview.sites.map((site) =>
    site.code === detail.code ? { ...site, measures: { ...site.measures, ...detail.measures } } : site,
  );
  const every = [...sites, ...units];
  // On a wall the explanation withholds what the figure does.
  const seen = wall ? every.map((each) => ({ ...each, measures: measuresOnWall(each.measures) })) : every;
  return { ...overview, sites: seen };
}

interface BoardProps {
  overview: Overview;
  detail: SiteDetail;
  shown: Shown;
}

function Board({ overview, detail, shown }: BoardProps) {
  const { wall, now, isLive } = shown;
  const code = detail.code;
  const people = useFollowed<SitePeople>(`/api/v1/sites/${code}/people`, detail, isLive && !wall);
  const opel = useFollowed<OpelAnswer>(`/api/v1/opel/${code}`, detail, isLive).answer;
  const system = useFetched(fetchSystem, isLive);
  const definitions = useDefinitions(isLive);
  const room = useWidth(840);
  const side = useWidth(540);
  const narrow = useNarrow();
  const find = useCallback(() => openBoard("/"), []);

  const marks = people.answer;
  const units = (...kinds: string[]) => detail.units.filter((unit) => kinds.includes(unit.kind));
  const measures = detail.measures;
  const inEd = standingOf(measures["ed.in_department"]);
  const ready = standingOf(measures["discharge.no_criteria_to_reside"]);
  const waiting = standingOf(measures["ambulance.waiting_handover"]);
  const isMajor = detail.ed_type === 1;
  const isPsychiatric = detail.kind === "mental_health_unit";
  const isUnit = (code: string) => detail.units.some((unit) => unit.code === code);
  const vehicles = marks ? vehiclesOf(marks, now) : [];
  const feeds = feedsOf(detail, overview.feeds, system);
  const areas = gridOf(units("ed_area", "sdec"), null);
  const wards = gridOf(units("ward", "discharge_lounge"), marks);
  const teams = gridOf(units("virtual_ward"), null);
  const leave = marks ? leaveOf(marks).map((row) => ({ ...row, median: medianOf(row.days) })) : [];
  const away = (what: string, sheet: () => Sheet) => ({ name: `${what}, ${detail.name}`, sheet, now });
  const grids = { view: "marks", now, explained: true } as const;
  const left = marks ? marks.left_out.ghosts + marks.left_out.stale : 0;
  return (
    <Main
      shown={shown}
      name={wall ? "site-wall" : "overview site"}
      find={find}
      explain={(asked, close) => (
        <Explaining
          asked={asked}
          overview={explained(overview, detail, wall)}
          now={now}
          peers={isUnit(asked.site) ? "units of this site" : undefined}
          onClose={close}
        />
      )}
      levels={(of, close) => <OpelPanel code={of} overview={overview} now={now} onClose={close} />}
      foot={["G&A: general and acute beds. NCtR: no criteria to reside."]}
    >
      {wall ? (
        <SiteWall detail={detail} overview={overview} opel={opel} definitions={definitions} now={now} />
      ) : (
        <>
          <SiteHead
            detail={detail}
            definitions={definitions}
            overview={overview}
            measures={measures}
            now={now}
          />
          <Agreed overview={overview} now={now} site={detail} />
          <div class="site-column" ref={room.ref}>
            {detail.ed_type !== null && (
              <Part
                id="ed-title"
                title={isMajor ? "Emergency department" : "Urgent treatment centre"}
                away={
                  marks &&
                  hasFacts(inEd) &&
                  away("Waits by area", () => sheetOfWaits(waitsOf(detail.units, marks), waitLines))
                }
              >
                <Line
                  detail={detail}
                  now={now}
                  said={[
                    { measure: "ed.attendances_today", words: "attendances today" },
                    { measure: "ed.arrivals_last_hour", words: "in the last hour" },
                    { measure: "ed.over_4h", words: "over 4 h" },
                    { measure: "ed.waiting_to_be_seen", words: "waiting to be seen" },
                    {
                      measure: "ed.decision_to_admit_over_12h",
                      words: "over 12 h since the decision to admit",
                    },
                    { measure: "ed.corridor_care", words: "in corridor care" },
                  ].slice(0, isMajor ? 6 : 4)}
                />
                {marks && (
                  <WaitsStrip
                    label={`Waits, ${detail.name}`}
                    rows={waitsOf(detail.units, marks)}
                    lines={narrow ? shortLines : waitLines}
                    now={now}
                    standing={inEd}
                    width={narrow ? room.width - 150 : Math.max(220, room.width - 430)}
                  />
                )}
                {people.refused && (
                  <p class="nothing">
                    Marks of people are for managers of the site and the control centre; the counts below are
                    for all.
                  </p>
                )}
                <PartHead
                  id="areas-title"
                  level={3}
                  title="Places by area"
                  away={away("Places by area", () => sheetOfBeds(areas, now, "Area"))}
                />
                <div class="site-grid">
                  <BedGrid
                    label={`Areas of the department, ${detail.name}`}
                    units={areas}
                    what="Area"
                    withNoCriteria={false}
                    {...grids}
                  />
                </div>
              </Part>
            )}
            {isPsychiatric && <MentalHealthBeds detail={detail} now={now} />}
            {has(detail, "ward") && !isPsychiatric && (
              <Part id="beds-title" title="Beds" away={away("Beds by ward", () => sheetOfBeds(wards, now))}>
                <Line
                  detail={detail}
                  now={now}
                  said={
                    measures["beds.ga_occupancy"]?.absent === "not_applicable"
                      ? [{ measure: "beds.community_occupied", words: "in a community bed" }]
                      : [
                          { measure: "beds.ga_occupied", words: "G&A occupied" },
                          { measure: "beds.ga_open", words: "open" },
                          { measure: "beds.ga_free", words: "free" },
                          { measure: "beds.closed", words: "closed" },
                          { measure: "beds.escalation_occupied", words: "in escalation beds" },
                          { measure: "beds.critical_care_free", words: "critical care free" },
                        ]
                  }
                />
                <div class="site-grid">
                  <BedGrid label={`Beds by ward, ${detail.name}`} units={wards} {...grids} />
                  <SiteKey />
                </div>
              </Part>
            )}
            {has(detail, "virtual_ward") && (
              <Part
                id="virtual-title"
                title="Virtual ward"
                away={away("Places by team", () => sheetOfBeds(teams, now, "Team"))}
              >
                <Line
                  detail={detail}
                  now={now}
                  said={[
                    { measure: "virtual_ward.on_caseload", words: "on the caseload" },
                    { measure: "virtual_ward.occupancy", words: "of the places" },
                  ]}
                />
                <div class="site-grid">
                  <BedGrid
                    label={`Places by team, ${detail.name}`}
                    units={teams}
                    what="Team"
                    withNoCriteria={false}
                    {...grids}
                  />
                </div>
              </Part>
            )}
          </div>
          <div class="site-column" ref={side.ref}>
            {detail.kind === "acute" && (
              <Part
                id="opel-title"
                title="OPEL, parameter by parameter"
                note={
                  detail.opel?.level_least &&
                  `${scoreInWords(detail.opel)}, local${detail.opel.indicative ? ", indicative" : ""}`
                }
                away={opel && away("OPEL parameters", () => sheetOfParameters(opel.opel.parameters, now))}
              >
                <div class="site-grid">
                  {opel ? (
                    <OpelBreakdownTable opel={opel.opel} edition={opel.edition.name} site={code} now={now} />
                  ) : (
                    <p class="nothing">not received yet</p>
                  )}
                </div>
              </Part>
            )}
            {isMajor && (
              <Part id="ambulance-title" title="Ambulance">
                <Line
                  detail={detail}
                  now={now}
                  said={[
                    { measure: "ambulance.waiting_handover", words: "waiting" },
                    { measure: "ambulance.waiting_over_45", words: `over ${HANDOVER_LIMIT} min` },
                    { measure: "ambulance.on_the_way", words: "on the way" },
                    { measure: "ambulance.handovers_over_60_today", words: "over 60 min today" },
                    { measure: "ambulance.hours_lost_today", words: "lost today" },
                  ]}
                />
                {marks && (
                  <div class="site-grid">
                    <VehicleStrip
                      place={detail.short_name}
                      vehicles={vehicles}
                      limit={HANDOVER_LIMIT}
                      now={now}
                      standing={waiting}
                      width={Math.max(320, side.width - 28)}
                    />
                  </div>
                )}
              </Part>
            )}
            {isMajor && <MentalHealthInEd detail={detail} now={now} />}
            {isPsychiatric && <MentalHealthFlow detail={detail} now={now} />}
            {has(detail, "place_of_safety") && <PlaceOfSafety detail={detail} now={now} />}
            <UrgentResponse detail={detail} now={now} />
            {has(detail, "ward") && !isPsychiatric && (
              <Part
                id="leave-title"
                title="Ready to leave"
                away={marks && hasFacts(ready) && away("Ready to leave", () => sheetOfLeave(leave))}
              >
                <Line
                  detail={detail}
                  now={now}
                  said={[
                    {
                      measure: "discharge.no_criteria_share",
                      words: "of G&A occupied without criteria to reside",
                    },
                    { measure: "discharge.waiting_for_hub", words: "waiting for the hub" },
                    { measure: "discharge.planned_definite", words: "planned for certain" },
                    { measure: "beds.left_today", words: "left today" },
                    { measure: "beds.stay_over_21_days", words: "over 21 days in hospital" },
                  ]}
                />
                {marks && (
                  <div class="site-grid">
                    <LeaveStrip
                      label={`People without criteria to reside, ${detail.name}`}
                      rows={leave}
                      now={now}
                      standing={ready}
                      width={Math.min(220, side.width - 190)}
                    />
                  </div>
                )}
              </Part>
            )}
            <Part id="feeds-title" title="Feeds behind these figures">
              <SiteFeeds feeds={feeds} now={now} />
              {left > 0 && marks && (
                <p class="site-left">
                  Left out of every count: {count(marks.left_out.ghosts)} who left at an unknown time,{" "}
                  {count(marks.left_out.stale)} silent for too long.
                </p>
              )}
            </Part>
          </div>
        </>
      )}
    </Main>
  );
}

/** What the marks of this board mean: it knows which beds are in use, and not which are clean. */
function SiteKey() {
  return (
    <ul class="bed-key">
      {(
        [
          [{ state: "occupied" }, "occupied"],
          [{ state: "ready_to_leave" }, "no criteria to reside"],
          [{ state: "free" }, "open, not in use"],
          [{ state: "closed" }, "closed"],
          [{ state: "occupied", escalation: true }, "escalation"],
        ] as const
      ).map(([bed, words]) => (
        <li key={words}>
          <BedMark bed={bed} size={14} /> {words}
        </li>
      ))}
    </ul>
  );
}

function Found({ code, overview, shown }: { code: string; overview: Overview; shown: Shown }) {
  const site = overview.sites.find((each) => each.code === code);
  const detail = live.topic<SiteDetail>(`site:${code}`);
  useEffect(() => {
    if (site) document.title = `Lightship: ${site.short_name}`;
  }, [site]);
  if (!site)
    return (
      <main class="waiting">
        <p class="card">
          No site has this code. <a href="/">Open the overview.</a>
        </p>
      </main>
    );
  if (!detail)
    return (
      <main class="waiting">
        <p class="card">Waiting for the figures of {site.name}.</p>
      </main>
    );
  return <Board overview={overview} detail={detail} shown={shown} />;
}

/** One site: its level and why, its department, its beds, its ambulances, who is ready to leave. */
export function Page({ match }: { match: RegExpMatchArray }) {
  const code = match[1] ?? "";
  const topics = useMemo(() => [`site:${code}`], [code]);
  return (
    <Frame topics={topics}>
      {(overview, shown) => <Found code={code} overview={overview} shown={shown} />}
    </Frame>
  );
}
