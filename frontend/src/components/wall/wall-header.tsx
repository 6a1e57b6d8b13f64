import type { Feed } from "../../api/types";
import { age, clockTime, momentBeside, shortDate, speed } from "../../format/time";
import type { Pulse as PulseState } from "../../store/live";
import { feedsInWords, Pulse } from "../pulse/pulse";
import "./wall-header.css";

export interface WallHeaderProps {
  system: string;
  pulse: PulseState;
  feeds: Feed[];
  synthetic: boolean;
  rate: number;
  now: number | null;
  /** The board. */
  here: { name: string } | null;
}

const NAMED = 2;

/** The late feeds by name, the silent ones first; those there is no room for are counted. */
export function lateFeeds(feeds: Feed[], now: number): { name: string; silent: boolean; words: string }[] {
  const rank = (feed: Feed) => (feed.state === "silent" ? 0 : 1);
  const late = feeds
    .filter((feed) => feed.state !== "live")
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const more = late.length - NAMED;
  return late.slice(0, NAMED).map((feed, index) => {
    const at = feed.last_event_at === null ? null : Date.parse(feed.last_event_at);
    const silent = feed.state === "silent";
    const stands =
      at === null ? "nothing yet" : silent ? `lost ${momentBeside(at, now)}` : `${age(now - at)} old`;
    const rest = index === NAMED - 1 && more > 0 ? `, and ${more} more` : "";
    return { name: feed.name, silent, words: `${stands}${rest}` };
  });
}

/** The head of a wall: where, whether it is live, which feeds are late, and what time it is there. */
export function WallHeader({ system, pulse, feeds, synthetic, rate, now, here }: WallHeaderProps) {
  const late = now === null ? [] : lateFeeds(feeds, now);
  const faster = speed(rate);
  return (
    <header class="wall-header">
      <div>
        <h1>{system}</h1>
        <p class="wall-what">
          {["Lightship", here?.name].filter(Boolean).join(", ")}
          {synthetic && <b class="wall-synthetic">Synthetic people</b>}
          {faster}
        </p>
      </div>
      <span class="wall-pulse">
        <Pulse pulse={pulse} feeds={[]} />
      </span>
      <span class="wall-feeds">
        {late.length === 0
          ? feeds.length > 0 && pulse.state !== "lost" && <span class="quiet">{feedsInWords(feeds)}</span>
          : late.map((feed) => (
              <span key={feed.name} class={feed.silent ? "wall-feed wall-feed-silent" : "wall-feed"}>
                <span class="wall-feed-name">{feed.name}</span> {feed.words}
              </span>
            ))}
      </span>
      {now !== null && (
        <time class="wall-time" dateTime={new Date(now).toISOString()}>
          <span class="quiet">{shortDate(now)}</span>
          <span class="wall-clock">{clockTime(now)}</span>
        </time>
      )}
    </header>
  );
}
