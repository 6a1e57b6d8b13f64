import type { Feed } from "../../api/types";
import { whosePeople } from "../../format/people";
import { age, clockTime, momentBeside, shortDate, speed } from "../../format/time";
import type { Pulse as PulseState } from "../../store/live";
import { feedsInWords, isUnheard, notOnTime } from "../feeds/words";
import { Pulse } from "../pulse/pulse";
import "./wall-header.css";

export interface WallHeaderProps {
  system: string;
  pulse: PulseState;
  feeds: Feed[];
  synthetic: boolean;
  /** Whether there are also events that do not say that they are synthetic. */
  mixed?: boolean;
  copyOf?: string | null;
  rate: number;
  now: number | null;
  /** The board. */
  here: { name: string } | null;
}

/** What there is room for under one another. */
const LINES = 2;

export interface LateFeed {
  name: string;
  silent: boolean;
  words: string;
}

/**
 * The late feeds by name, the silent ones first; those there is no room for are counted. Those never heard have a line of
 * their own under the others.
 */
export function lateFeeds(feeds: Feed[], now: number): LateFeed[] {
  const unheard = feeds.filter(isUnheard);
  const late = notOnTime(feeds).filter((feed) => !isUnheard(feed));
  const lines = unheard.length > 0 ? LINES - 1 : LINES;
  const more = late.length - lines;
  const named = late.slice(0, lines).map((feed, index) => {
    const at = Date.parse(feed.last_event_at ?? "");
    const silent = feed.state === "silent";
    const stands = silent ? `lost ${momentBeside(at, now)}` : `${age(now - at)} old`;
    const rest = index === lines - 1 && more > 0 ? `, and ${more} more` : "";
    return { name: feed.name, silent, words: `${stands}${rest}` };
  });
  const [only, ...others] = unheard;
  if (!only) return named;
  const name = others.length > 0 ? `${unheard.length} feeds` : only.name;
  return [...named, { name, silent: false, words: "never heard" }];
}

/** The head of a wall: where, whether it is live, which feeds are late, and what time it is there. */
export function WallHeader({
  system,
  pulse,
  feeds,
  synthetic,
  mixed = false,
  copyOf = null,
  rate,
  now,
  here,
}: WallHeaderProps) {
  const late = now === null ? [] : lateFeeds(feeds, now);
  const faster = speed(rate);
  return (
    <header class="wall-header">
      <div>
        <h1>{system}</h1>
        <p class="wall-what">
          {["Lightship", here?.name].filter(Boolean).join(", ")}
          {synthetic && <b class="wall-synthetic">{whosePeople(mixed)}</b>}
          {copyOf && `copy of ${copyOf} `}
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
