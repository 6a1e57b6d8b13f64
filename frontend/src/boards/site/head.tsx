import type { Feed, Measures, OpelSummary, Overview, SiteDetail, SystemIdentity } from "../../api/types";
import { FeedRows } from "../../components/feeds/feeds";
import { isUnheard } from "../../components/feeds/words";
import { levelInWords, OpelHeadline, sinceInWords } from "../../components/opel/opel-level";
import { Tile } from "../../components/tile/tile";
import { hours } from "../../store";
import { bridgeInShort } from "../beds/words";
import { type Definitions, dayOf } from "../frame/columns";

/** A tile, with the kinds of site it is a headline of. */
interface Plan {
  measure: string;
  label: string;
  detail?: string | ((measures: Measures) => string | undefined);
  /** Only where there is room for it. */
  wall?: boolean;
}

const plans: Plan[] = [
  { measure: "ed.in_department", label: "In ED" },
  { measure: "ed.over_12h", label: "Over 12 h in ED" },
  { measure: "ed.within_4h_today", label: "Within 4 hours today" },
  { measure: "ambulance.handover_mean_today", label: "Mean handover today" },
  { measure: "ambulance.waiting_handover", label: "Crews waiting", wall: true },
  { measure: "ed.decision_to_admit_waiting", label: "Waiting for a bed", detail: "after decision to admit" },
  { measure: "beds.ga_occupancy", label: "G&A occupied" },
  { measure: "beds.tonight", label: "Adult beds tonight", detail: bridgeInShort },
  { measure: "beds.ga_free", label: "G&A beds free", wall: true },
  { measure: "beds.community_occupied", label: "In a community bed" },
  { measure: "discharge.no_criteria_to_reside", label: "No criteria to reside" },
  { measure: "mh.adult_occupancy", label: "Adult acute occupied" },
  { measure: "mh.picu_occupancy", label: "Intensive care occupied" },
  { measure: "mh.older_occupancy", label: "Older adults occupied" },
  { measure: "mh.waiting_for_bed", label: "Waiting for a bed" },
  { measure: "mh.ready_for_discharge", label: "Ready for discharge" },
  { measure: "s136.free", label: "Places of safety free" },
  { measure: "ucr.waiting", label: "Urgent response waiting" },
  { measure: "ucr.within_2h_last_24h", label: "Urgent response in 2 h" },
  { measure: "virtual_ward.on_caseload", label: "On the virtual ward" },
  { measure: "virtual_ward.occupancy", label: "Places occupied" },
];

/** Figures of every site that are the headlines of some: shown where the site has what they count. */
const needs: Record<string, (detail: SiteDetail) => boolean> = {
  "beds.community_occupied": (detail) => detail.units.some((unit) => unit.bed_kind === "community"),
  "mh.waiting_for_bed": (detail) => detail.kind === "mental_health_unit",
  "ed.in_department": (detail) => detail.ed_type !== null,
  "ed.over_12h": (detail) => detail.ed_type === 1,
  "ambulance.waiting_handover": (detail) => detail.ed_type === 1,
  "ambulance.handover_mean_today": (detail) => detail.ed_type === 1,
  "ed.decision_to_admit_waiting": (detail) => detail.ed_type === 1,
};

const applies = (detail: SiteDetail, measure: string) =>
  detail.measures[measure]?.absent !== "not_applicable" && (needs[measure]?.(detail) ?? true);

/** The headlines of a site: those that apply to it. */
export const headlinesOf = (detail: SiteDetail, wall = false) =>
  plans
    .filter(
      (plan) => (wall || !plan.wall) && plan.measure in detail.measures && applies(detail, plan.measure),
    )
    .map((plan) =>
      plan.measure === "ed.in_department" && detail.ed_type !== 1 ? { ...plan, label: "In the unit" } : plan,
    );

/** The provider's own level beside the site's: declared leads, calculated stands beside it. */
export function providerInWords(name: string, opel: OpelSummary | null, now: number): string {
  if (!opel?.level_least) return "";
  const calculated = levelInWords(opel);
  if (!opel.holds) return `${name}: calculated ${calculated}, nothing declared`;
  const since = sinceInWords(opel.holds, now);
  return `${name}: OPEL ${opel.holds.level} ${since}; calculated ${calculated.replace("OPEL ", "")}`;
}

/** The feeds that a site's figures rest on: its provider's; where ambulances come theirs, and mental health's. */
export function feedsOf(detail: SiteDetail, feeds: Feed[], system: SystemIdentity | null): Feed[] {
  const inEd = system?.providers.filter((each) => ["ambulance", "mental_health"].includes(each.kind)) ?? [];
  const codes = [detail.provider, ...(detail.ed_type === 1 ? inEd.map((each) => each.code) : [])];
  return codes.flatMap((code) => feeds.filter((feed) => feed.source.endsWith(`:${code}`)));
}

const states: Record<Feed["state"], string> = { live: "on time", delayed: "delayed", silent: "silent" };

export function SiteFeeds({ feeds, now }: { feeds: Feed[]; now: number }) {
  if (feeds.length === 0) return <p class="nothing">Nothing has been received for this site yet.</p>;
  return <FeedRows feeds={feeds} now={now} beside={(feed) => (isUnheard(feed) ? "" : states[feed.state])} />;
}

export interface HeadProps {
  detail: SiteDetail;
  definitions: Definitions;
  overview: Overview;
  measures: Measures;
  now: number;
}

/** Which site, its level, and its headlines. */
export function SiteHead({ detail, definitions, overview, measures, now }: HeadProps) {
  const provider = overview.providers.find((each) => each.code === detail.provider);
  const beside = providerInWords(provider?.short_name ?? "Provider", provider?.opel ?? null, now);
  const headlines = headlinesOf(detail);
  return (
    <section class="card site-head" aria-label={`${detail.name} now`}>
      <div class="site-name">
        <a class="site-back" href="/">
          All sites
        </a>
        <h2>{detail.name}</h2>
        <span class="quiet">
          {[detail.town, provider?.short_name, detail.code].filter(Boolean).join(" · ")}
        </span>
      </div>
      <div class="site-opel">
        {detail.opel?.level_least ? (
          <OpelHeadline opel={detail.opel} now={now} opens={detail.provider} hero />
        ) : (
          <p class="quiet">{detail.ed_type === 1 ? "No level yet" : "No level: no type 1 ED"}</p>
        )}
        {detail.opel?.level_least && beside && <p class="site-provider">{beside}</p>}
      </div>
      <div class="tiles site-tiles">
        {headlines.map(({ measure, label, detail: words }) => (
          <Tile
            key={measure}
            measure={measure}
            site={detail.code}
            place={detail.name}
            label={label}
            value={measures[measure]}
            now={now}
            detail={typeof words === "function" ? words(measures) : words}
            day={dayOf(measure, detail.code, definitions, hours.of)}
          />
        ))}
      </div>
    </section>
  );
}
