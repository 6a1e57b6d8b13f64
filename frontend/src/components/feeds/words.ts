import type { Feed } from "../../api/types";
import { age, momentBeside } from "../../format/time";

/** Whether a feed that should send has never been heard: it is silent, and has no moment to be silent since. */
export const isUnheard = (feed: Feed) => feed.last_event_at === null;

const order: Record<Feed["state"], number> = { silent: 0, delayed: 1, live: 2 };

/** The feeds that are not on time: the silent, the delayed, then those never heard. */
export const notOnTime = (feeds: Feed[]): Feed[] =>
  feeds
    .filter((feed) => feed.state !== "live")
    .sort(
      (a, b) =>
        Number(isUnheard(a)) - Number(isUnheard(b)) ||
        order[a.state] - order[b.state] ||
        a.name.localeCompare(b.name),
    );

/** "6 of 9 feeds on time, 1 delayed, 1 silent, 1 never heard". */
export function feedsInWords(feeds: Feed[]): string {
  const heard = feeds.filter((feed) => !isUnheard(feed));
  const number = (state: Feed["state"]) => heard.filter((feed) => feed.state === state).length;
  const late = [
    [number("delayed"), "delayed"],
    [number("silent"), "silent"],
    [feeds.length - heard.length, "never heard"],
  ] as const;
  const said = late.filter(([many]) => many > 0).map(([many, words]) => `, ${many} ${words}`);
  return `${number("live")} of ${feeds.length} feeds on time${said.join("")}`;
}

/** "silent since 16:10, usual gap 15 min". */
export function feedInWords(feed: Feed, now: number): string {
  const gap = feed.usual_gap_seconds === null ? "" : age(feed.usual_gap_seconds * 1000);
  if (feed.last_event_at === null)
    return ["never heard", gap && `due every ${gap}`].filter(Boolean).join(", ");
  const usual = gap && `, usual gap ${gap}`;
  const at = Date.parse(feed.last_event_at);
  if (feed.state === "silent") return `silent since ${momentBeside(at, now)}${usual}`;
  return `${age(now - at)} old${usual}`;
}
