import type { Feed } from "../../api/types";
import { age, momentBeside } from "../../format/time";
import { feedsInWords } from "../pulse/pulse";
import "./feeds.css";

const order: Record<Feed["state"], number> = { silent: 0, delayed: 1, live: 2 };

/** "silent since 16:10, usual gap 15 min". */
export function feedInWords(feed: Feed, now: number): string {
  const usual = feed.usual_gap_seconds === null ? "" : `, usual gap ${age(feed.usual_gap_seconds * 1000)}`;
  if (feed.last_event_at === null) return `nothing received yet${usual}`;
  const at = Date.parse(feed.last_event_at);
  if (feed.state === "silent") return `silent since ${momentBeside(at, now)}${usual}`;
  return `${age(now - at)} old${usual}`;
}

/** More names than this are counted instead: the list is not the board. */
const NAMED = 6;

function theRest(feeds: Feed[], late: number): string {
  if (feeds.length === 0) return "No feed is set up yet.";
  const onTime = feeds.length - late;
  const unnamed = Math.max(0, late - NAMED);
  if (late === 0) return `${feedsInWords(feeds)}.`;
  return unnamed > 0
    ? `${unnamed} more late, ${onTime} on time.`
    : `${onTime} ${onTime === 1 ? "other" : "others"} on time.`;
}

/** The feeds behind the figures. Those that are late are named; the rest are counted. */
export function Feeds({ feeds, now }: { feeds: Feed[]; now: number }) {
  const late = feeds
    .filter((feed) => feed.state !== "live")
    .sort((a, b) => order[a.state] - order[b.state] || a.name.localeCompare(b.name));
  return (
    <>
      <ul class="feeds">
        {late.slice(0, NAMED).map((feed) => (
          <li key={feed.source} class={`feed feed-${feed.state}`}>
            <b>{feed.name}</b>
            <span class="quiet">{feedInWords(feed, now)}</span>
          </li>
        ))}
      </ul>
      <p class="feeds-rest">{theRest(feeds, late.length)}</p>
    </>
  );
}
