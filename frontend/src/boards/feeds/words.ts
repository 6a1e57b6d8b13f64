import type { FeedRow, KafkaTopic } from "../../api/types";
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

/** Many more than one batch of a worker: fewer wait for a moment whenever much is sent at once. */
const MANY = 10_000;

export const topicStateOf = (topic: KafkaTopic): FeedRow["state"] =>
  !topic.is_read ? "silent" : (topic.waiting ?? 0) > MANY ? "delayed" : "live";

/** The most topics that are named on a wall. */
const MOST_NAMED = 3;

/** All of Kafka in a line: "1 of 9 topics is not read: flow.ed. 1,204 messages wait." */
export function kafkaInWords(topics: KafkaTopic[]): { state: FeedRow["state"]; words: string } {
  const state = states.findLast((each) => topics.some((topic) => topicStateOf(topic) === each)) ?? "live";
  const bad = topics.filter((topic) => state !== "live" && topicStateOf(topic) === state);
  const named = bad.slice(0, MOST_NAMED).map((topic) => topic.code);
  const more = bad.length - named.length;
  const is = bad.length === 1 ? "is" : "are";
  const how = state === "silent" ? `${is} not read` : `${is} behind`;
  const names = `${named.join(", ")}${more > 0 ? ` and ${count(more)} more` : ""}`;
  const waiting = topics.reduce((sum, topic) => sum + (topic.waiting ?? 0), 0);
  const lost = topics.reduce((sum, topic) => sum + topic.lost, 0);
  return {
    state,
    words: [
      bad.length
        ? `${count(bad.length)} of ${count(topics.length)} topics ${how}: ${names}.`
        : topics.length === 1
          ? "Its topic is read."
          : `All ${count(topics.length)} topics are read.`,
      waiting === 0
        ? "Nothing waits."
        : waiting === 1
          ? "1 message waits."
          : `${count(waiting)} messages wait.`,
      lost > 0 && `Kafka dropped ${count(lost)} unread.`,
    ]
      .filter(Boolean)
      .join(" "),
  };
}
