import type { Point } from "./geometry";

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Label {
  key: string;
  at: Point;
  /** Room for the mark itself. */
  radius: number;
  width: number;
  height: number;
}

export interface Placed {
  key: string;
  anchor: "start" | "middle" | "end";
  /** Where the first line of text is set, by its baseline. */
  x: number;
  y: number;
  box: Box;
}

/** The first candidates stand straight below, beside or above their mark; it is harder to see whose an aslant one is. */
const STRAIGHT = 4;
const ASLANT = 80;

const overlap = (a: Box, b: Box) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const boxAround = ({ x, y }: Point, radius: number): Box => ({
  left: x - radius,
  top: y - radius,
  right: x + radius,
  bottom: y + radius,
});

function candidates({ key, at, radius, width, height }: Label, lineHeight: number): Placed[] {
  const away = radius + 5;
  const place = (anchor: Placed["anchor"], x: number, top: number): Placed => {
    const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    return {
      key,
      anchor,
      x,
      y: top + lineHeight - 3,
      box: { left, top, right: left + width, bottom: top + height },
    };
  };
  const beside = at.y - height / 2;
  return [
    place("middle", at.x, at.y + away - 3),
    place("start", at.x + away, beside),
    place("end", at.x - away, beside),
    place("middle", at.x, at.y - away - height + 3),
    place("start", at.x + away * 0.6, at.y + away * 0.6),
    place("end", at.x - away * 0.6, at.y + away * 0.6),
    place("start", at.x + away * 0.6, at.y - height - away * 0.4),
    place("end", at.x - away * 0.6, at.y - height - away * 0.4),
  ];
}

/**
 * Sets each label where it covers least of the labels before it, of any mark, and of the world outside `bounds`.
 * The order given is the order of choice, and the same labels always come out the same.
 */
export function placeLabels(labels: Label[], others: Box[], bounds: Box, lineHeight: number): Placed[] {
  const placed: Placed[] = [];
  const cost = (label: Label, each: Placed) => {
    const area = label.width * label.height;
    const outside = area - overlap(each.box, bounds);
    const marks = labels
      .filter((other) => other.key !== label.key)
      .map((other) => boxAround(other.at, other.radius));
    const labelsBefore = placed.map((other) => other.box);
    const covered = (boxes: Box[]) => boxes.reduce((total, box) => total + overlap(each.box, box), 0);
    // Whole square pixels: a rounding error must not decide between two places that are both free.
    return Math.round(outside * 4 + covered(labelsBefore) * 4 + covered(marks) * 3 + covered(others));
  };
  for (const label of labels) {
    const options = candidates(label, lineHeight);
    const costs = options.map((each, index) => cost(label, each) + (index < STRAIGHT ? 0 : ASLANT));
    const best = options[costs.indexOf(Math.min(...costs))] as Placed;
    placed.push(best);
  }
  return placed;
}
