/** The one place where time and values become pixels, so that two drawings side by side always agree. */

export interface Extent {
  from: number;
  to: number;
}

export interface Spot {
  x: number;
  y: number;
}

/** A straight scale from a domain to a range; a domain without length lands in the middle of the range. */
export function linear(domain: Extent, range: Extent): (value: number) => number {
  const length = domain.to - domain.from;
  if (length === 0) return () => (range.from + range.to) / 2;
  return (value) => range.from + ((value - domain.from) / length) * (range.to - range.from);
}

/** The extent of every value given, with a share of room at both ends; null where there is nothing to show. */
export function extentOf(values: (number | null | undefined)[], room = 0.08): Extent | null {
  const known = values.filter((each): each is number => each !== null && each !== undefined);
  if (known.length === 0) return null;
  const from = Math.min(...known);
  const to = Math.max(...known);
  const spare = (to - from || Math.abs(to) || 1) * room;
  return { from: from - spare, to: to + spare };
}

/** Round values within an extent, about as many as asked for: the nearest step of 1, 2 or 5 times a power of ten. */
export function valueTicks(extent: Extent, about: number): number[] {
  const rough = (extent.to - extent.from) / Math.max(1, about);
  if (!(rough > 0)) return [extent.from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const away = (step: number) => Math.abs(Math.log((step * power) / rough));
  const step = power * [1, 2, 5, 10].reduce((best, each) => (away(each) < away(best) ? each : best));
  const first = Math.ceil(extent.from / step);
  const last = Math.floor(extent.to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

const HOUR = 3_600_000;
const londonHour = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  hour: "2-digit",
  hourCycle: "h23",
});

/** The whole hours of London that fall in a window and divide by the step, as 08, 12, 16. Both clock changes hold. */
export function hourTicks(window: Extent, everyHours: number): { at: number; label: string }[] {
  const ticks = [];
  for (let at = Math.ceil(window.from / HOUR) * HOUR; at <= window.to; at += HOUR) {
    const label = londonHour.format(at);
    if (Number(label) % everyHours === 0) ticks.push({ at, label });
  }
  return ticks;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** A line through spots, broken where one is missing. */
export function line(spots: (Spot | null)[]): string {
  let path = "";
  let joined = false;
  for (const spot of spots) {
    if (spot) path += `${joined ? "L" : "M"}${round(spot.x)} ${round(spot.y)}`;
    joined = spot !== null;
  }
  return path;
}

/** The area between an upper and a lower edge. */
export function area(upper: Spot[], lower: Spot[]): string {
  if (upper.length === 0) return "";
  return `${line([...upper, ...[...lower].reverse()])}Z`;
}

/**
 * A lane for each mark so that none covers another in its lane; where every lane is full, the one that is free soonest.
 * The order given is kept.
 */
export function lanes(positions: number[], width: number, most: number): number[] {
  const ends: number[] = [];
  return positions.map((x) => {
    let lane = ends.findIndex((end) => end <= x - width / 2);
    if (lane < 0)
      lane =
        ends.length < most
          ? ends.length
          : ends.reduce((best, end, index) => (end < (ends[best] ?? 0) ? index : best), 0);
    ends[lane] = x + width / 2;
    return lane;
  });
}

/** How many marks stand below each one in its own column, columns being as wide as a mark. */
export function stacked(positions: number[], width: number): { column: number; level: number }[] {
  const heights = new Map<number, number>();
  return positions.map((x) => {
    const column = Math.round(x / width);
    const level = heights.get(column) ?? 0;
    heights.set(column, level + 1);
    return { column, level };
  });
}
