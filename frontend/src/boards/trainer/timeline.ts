import type { Trainer } from "../../api/trainer";
import { fromWallClock, wallClock } from "../../format/london";
import { clockTime, momentBeside, shortDate } from "../../format/time";

const HOUR = 3_600_000;

/** Something that was asked for, as the picture shows it. */
export interface Bar {
  id: string;
  what: string;
  /** How large it is, in words; empty for a silence. */
  size: string;
  where: string;
  begins: number;
  ends: number;
  state: "planned" | "under_way" | "over";
  silence: boolean;
}

/** The stretch of time that is shown. */
export interface Span {
  from: number;
  to: number;
}

/** "times the usual arrivals", 1.5 -> "1.5 times the usual arrivals"; shares as a percentage. */
export const sizeInWords = (size: number, means: string) =>
  means.startsWith("share")
    ? `${Math.round(size * 100)} %${means.slice("share".length)}`
    : `${Number(size.toFixed(2))} ${means}`;

/** What was asked for, what is under way first, then what is planned, then what is over, the latest first. */
export function barsOf(trainer: Trainer): Bar[] {
  const kinds = new Map(trainer.kinds.map((each) => [each.kind, each]));
  const incidents = trainer.incidents.map((each): Bar => {
    const kind = kinds.get(each.kind);
    return {
      id: each.id,
      what: kind?.title ?? each.kind,
      size: kind ? sizeInWords(each.size, kind.size_means) : "",
      where: each.name,
      begins: Date.parse(each.at),
      ends: Date.parse(each.end),
      state: each.state,
      silence: false,
    };
  });
  const silences = trainer.silences.map((each) => ({
    id: each.id,
    what: "Silent feed",
    size: "",
    where: each.name,
    begins: Date.parse(each.since),
    ends: Date.parse(each.end),
    state: each.state,
    silence: true,
  }));
  const rank = { under_way: 0, planned: 1, over: 2 };
  return [...incidents, ...silences].sort(
    (a, b) => rank[a.state] - rank[b.state] || b.begins - a.begins || a.id.localeCompare(b.id),
  );
}

/** Half a day, one, two, or a week around now: the least that shows when all that is not over ends. */
export function spanOf(bars: Bar[], now: number): Span {
  const ends = bars.filter((bar) => bar.state !== "over").map((bar) => bar.ends - now);
  const furthest = Math.max(0, ...ends);
  const ahead = [9, 18, 36, 132].find((hours) => furthest <= hours * HOUR) ?? 132;
  return { from: now - (ahead / 3) * HOUR, to: now + ahead * HOUR };
}

/** Whole hours of London in the span, eight of them at most, with what is said at each. */
export function ticksOf({ from, to }: Span): { at: number; says: string }[] {
  const step = ([2, 4, 8, 24].find((hours) => (to - from) / HOUR / hours <= 8) ?? 24) * HOUR;
  const ahead = (fromWallClock(wallClock(from)) ?? from) - Date.parse(`${wallClock(from)}Z`); // of London, of UTC
  const ticks = [];
  for (let at = Math.ceil((from - ahead) / step) * step + ahead; at < to; at += step)
    ticks.push({ at, says: step < 24 * HOUR ? clockTime(at) : shortDate(at) });
  return ticks;
}

/** Where a moment lies in a span, 0 to 1; outside of it at its edge. */
export const placeIn = ({ from, to }: Span, at: number) =>
  Math.min(1, Math.max(0, (at - from) / (to - from)));

/** 18:40, Sat 09:05 within days, Mon 12 Jan beyond. */
export const momentInWords = (at: number, now: number) =>
  Math.abs(at - now) < 6 * 24 * HOUR ? momentBeside(at, now) : shortDate(at);

export const stateInWords = (bar: Bar, now: number) =>
  bar.state === "over"
    ? `over since ${momentInWords(bar.ends, now)}`
    : bar.state === "planned"
      ? `from ${momentInWords(bar.begins, now)} to ${momentInWords(bar.ends, now)}`
      : bar.ends <= now
        ? "its backlog is arriving"
        : `since ${momentInWords(bar.begins, now)}, until ${momentInWords(bar.ends, now)}`;
