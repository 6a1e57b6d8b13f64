import type { Feed } from "../../api/types";
import { feedInWords, feedsInWords, isUnheard, notOnTime } from "./words";
import "./feeds.css";

/** More names than this are counted instead: the list is not the board. */
const NAMED = 6;

function theRest(feeds: Feed[], late: Feed[]): string {
  if (feeds.length === 0) return "No feed is set up yet.";
  if (late.length === 0) return `${feedsInWords(feeds)}.`;
  const onTime = feeds.length - late.length;
  const unnamed = late.slice(NAMED);
  if (unnamed.length === 0) return `${onTime} ${onTime === 1 ? "other" : "others"} on time.`;
  const unheard = unnamed.filter(isUnheard).length;
  const said = [
    [unnamed.length - unheard, "more late"],
    [unheard, "more never heard"],
  ] as const;
  const more = said.filter(([many]) => many > 0).map(([many, words]) => `${many} ${words}, `);
  return `${more.join("")}${onTime} on time.`;
}

/** Feeds a row each, the late ones marked. beside: what is said after the name. */
export function FeedRows({
  feeds,
  now,
  beside,
}: {
  feeds: Feed[];
  now: number;
  beside?(feed: Feed): string;
}) {
  return (
    <ul class="feeds">
      {feeds.map((feed) => (
        <li key={feed.source} class={`feed feed-${feed.state}`}>
          <b>{[feed.name, beside?.(feed)].filter(Boolean).join(", ")}</b>
          <span class="quiet">{feedInWords(feed, now)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The feeds behind the figures. Those that are late are named; the rest are counted. */
export function Feeds({ feeds, now }: { feeds: Feed[]; now: number }) {
  const late = notOnTime(feeds);
  return (
    <>
      <FeedRows feeds={late.slice(0, NAMED)} now={now} />
      <p class="feeds-rest">{theRest(feeds, late)}</p>
    </>
  );
}
