const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Europe/London",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The wall clock of London as a field of a form has it: 2026-01-12T18:40. */
export function wallClock(at: number): string {
  const found = Object.fromEntries(parts.formatToParts(at).map((each) => [each.type, each.value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** The day in London: 2026-01-12. */
export const dayOf = (at: number) => wallClock(at).slice(0, 10);

/**
 * The moment at which clocks in London show 2026-01-12T18:40; null where that is no time. Of an hour that comes twice
 * it is the first; of one that is left out, the moment that its clock would have shown.
 */
export function fromWallClock(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const plain = Date.parse(`${text}Z`);
  if (Number.isNaN(plain)) return null;
  const summer = plain - HOUR;
  return wallClock(summer) === text ? summer : plain;
}

/** The day so many days after: "2026-03-29", 1 -> "2026-03-30". */
export const daysAfter = (day: string, days: number) =>
  new Date(Date.parse(`${day}T12:00Z`) + days * 24 * HOUR).toISOString().slice(0, 10);
