import { dayOf, daysAfter, fromWallClock, wallClock } from "../format/london";

/** A stretch of the past that is played: moments in ms, and whether as known then or as known now. */
export interface Stretch {
  from: number;
  to: number;
  known: "then" | "now";
}

const HOUR = 3_600_000;
export const LONGEST_HOURS = 48;
const EVENING = "19:00";
const MORNING = "07:00";

/** The last whole night, 19:00 to 07:00 in London, before a moment. */
export function lastNight(now: number): Stretch {
  const today = dayOf(now);
  const over = (fromWallClock(`${today}T${MORNING}`) ?? now) <= now;
  const morning = over ? today : daysAfter(today, -1);
  return {
    from: fromWallClock(`${daysAfter(morning, -1)}T${EVENING}`) ?? now - 12 * HOUR,
    to: fromWallClock(`${morning}T${MORNING}`) ?? now,
    known: "then",
  };
}

/** The stretch of a London day, from one time to another, over midnight where the second comes first; why not, in words. */
export function stretchOf(
  day: string,
  from: string,
  to: string,
  known: Stretch["known"],
  now: number,
): Stretch | string {
  const begin = fromWallClock(`${day}T${from}`);
  const end = fromWallClock(`${to > from ? day : daysAfterOr(day)}T${to}`);
  if (begin === null || end === null) return "Say a day and two times.";
  if (begin >= now) return "That time has not come yet; what has been can be played.";
  return { from: begin, to: Math.min(end, now), known };
}

const daysAfterOr = (day: string) => (fromWallClock(`${day}T00:00`) === null ? day : daysAfter(day, 1));

/** `?replay=2026-01-11T19:00/2026-01-12T07:00&known=now&at=2026-01-12T03:10`, by the clocks of London; null where it is none. */
export function replayOf(address: string): (Stretch & { at: number }) | null {
  const asked = new URL(address).searchParams;
  const [from, to] = (asked.get("replay") ?? "").split("/").map((text) => fromWallClock(text ?? ""));
  if (!from || !to || from >= to || to - from > LONGEST_HOURS * HOUR) return null;
  const at = fromWallClock(asked.get("at") ?? "") ?? from;
  return {
    from,
    to,
    known: asked.get("known") === "now" ? "now" : "then",
    at: Math.min(to, Math.max(from, at)),
  };
}

/** An address with the replay in it, at a moment; without any where none is played. */
export function withReplay(address: string, playing: (Stretch & { at: number }) | null): string {
  const url = new URL(address);
  for (const name of ["replay", "known", "at"]) url.searchParams.delete(name);
  if (!playing) return url.href;
  url.searchParams.set("replay", `${wallClock(playing.from)}/${wallClock(playing.to)}`);
  if (playing.known === "now") url.searchParams.set("known", "now");
  if (playing.at !== playing.from) url.searchParams.set("at", wallClock(playing.at));
  // As people read it: neither mark parts anything in a query.
  url.search = url.search.replaceAll("%3A", ":").replaceAll("%2F", "/");
  return url.href;
}
