const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  weekday: "short",
  hour: "2-digit",
  hourCycle: "h23",
});

export const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
export const HOURS_A_DAY = 24;

/** Which hour of the week it is in London: 0 for Monday 00:00 to 01:00, to 167. */
export function hourOfWeek(at: number): number {
  const found = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
  return DAYS.indexOf(found.weekday ?? "Mon") * HOURS_A_DAY + Number(found.hour);
}

/** What is expected in an hour, in words: "something in 11 of its 12 five-minute marks". */
export const expectedInWords = (share: number): string =>
  `something in ${Math.round(share * 12)} of its 12 five-minute marks`;
