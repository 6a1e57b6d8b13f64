import { minutes } from "./number";

const ZONE = "Europe/London";
const clockFormat = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, weekday: "short" });
const dateFormat = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });
const longDate = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  weekday: "short",
  day: "numeric",
  month: "long",
  year: "numeric",
});

/** 18:40, in Europe/London. */
export const clockTime = (at: number) => clockFormat.format(at);

/** Mon 12 January 2026. */
export const date = (at: number) => longDate.format(at).replace(",", "");

/** 18:40 today, Sat 09:05 on another day. */
export function momentBeside(at: number, now: number): string {
  const sameDay = dateFormat.format(at) === dateFormat.format(now);
  return sameDay ? clockTime(at) : `${dayFormat.format(at)} ${clockTime(at)}`;
}

/** 4 s under two minutes, then 11 min, then 7 h 20. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 120 ? `${seconds} s` : minutes(Math.floor(seconds / 60));
}

/** "60 times real speed"; nothing to say at real speed. */
export function speed(rate: number): string | null {
  if (rate === 1) return null;
  if (rate === 0) return "Clock paused";
  return `${Number(rate.toFixed(1))} times real speed`;
}

const shortDay = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "numeric", month: "short" });

/** 12 Jan. */
export const dayAndMonth = (at: number) => shortDay.format(at);

const weekdayDate = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  weekday: "short",
  day: "numeric",
  month: "short",
});

/** Mon 12 Jan. */
export const shortDate = (at: number) => weekdayDate.format(at).replace(",", "");
