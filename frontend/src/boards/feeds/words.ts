import type { FeedRow } from "../../api/types";
import { count, percent } from "../../format/number";
import { age, momentBeside } from "../../format/time";

export const stateInWords: Record<FeedRow["state"], string> = {
  live: "On time",
  delayed: "Delayed",
  silent: "Silent",
};

/** "11 min ago, 18:29"; a feed that was never heard says so. */
export function lastInWords(feed: FeedRow, now: number): string {
  if (feed.last_event_at === null) return "never heard";
  const at = Date.parse(feed.last_event_at);
  return `${age(now - at)} ago, ${momentBeside(at, now)}`;
}

/** What comes next if nothing does: "delayed from 09:10", "silent from 11:40"; nothing where it is silent already. */
export function nextInWords(feed: FeedRow, now: number): string {
  const next = feed.state === "live" ? feed.delayed_at : feed.state === "delayed" ? feed.silent_at : null;
  if (next === null) return "";
  return `${feed.state === "live" ? "delayed" : "silent"} from ${momentBeside(Date.parse(next), now)}`;
}

/** "every 11 min": what is usual in this hour of the week. */
export const usualInWords = (feed: FeedRow): string =>
  feed.usual_gap_seconds === null ? "" : `every ${age(feed.usual_gap_seconds * 1000)}`;

export const refusedInWords = (feed: FeedRow): string =>
  feed.refused_share === null ? "nothing came" : percent(feed.refused_share);

export const refusedOf = (feed: FeedRow): string =>
  feed.refused_share === null
    ? ""
    : `${count(feed.refused_24h)} of ${count(feed.accepted_24h + feed.refused_24h)}`;

const states: FeedRow["state"][] = ["live", "delayed", "silent"];

/** The worst first: silent, delayed, then those with most in quarantine and most refused. */
export const needOf = (feed: FeedRow): number =>
  states.indexOf(feed.state) * 1e9 + feed.quarantined * 1e3 + (feed.refused_share ?? 0) * 1e2;
