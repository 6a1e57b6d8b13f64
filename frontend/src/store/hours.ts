import { signal } from "@preact/signals";
import type { PastMoment } from "../api/client";
import type { HoursAnswer } from "../api/history";
import type { Point } from "../scale/series";

const HOUR_MS = 3_600_000;
/** How often what has been is asked for again: live every ten minutes, of the past for each hour that is passed. */
const AGAIN_MS = 600_000;
/** As many as the server gives at once. */
const MOST = 20;

/** The readings of a measure at a site or the system in the last day, one for each hour; none until they have come. */
export type HoursOf = (measure: string, code: string) => Point[];

type Kept = ReadonlyMap<string, ReadonlyMap<string, Point[]>>;

const none: Point[] = [];

/** What an answer for one is no answer for another of. */
const modeOf = (past: PastMoment | null) =>
  past === null ? "live" : past.knownAt === null ? "as known now" : "as known then";

function withAnswer(kept: Kept, asked: string[], { from, series }: HoursAnswer): Kept {
  const next = new Map(kept);
  for (const measure of asked) next.set(measure, new Map());
  const start = Date.parse(from);
  for (const { measure, code, values } of series) {
    const points = values.map((value, hour) => ({ at: start + (hour + 1) * HOUR_MS, value }));
    (next.get(measure) as Map<string, Point[]> | undefined)?.set(code, points);
  }
  return next;
}

/**
 * The day behind every figure that is drawn. Whoever draws a measure asks for it by `of`; what is asked for in one
 * drawing is fetched together.
 */
export function createHours(
  fetchThem: (measures: string[], past: PastMoment | null) => Promise<HoursAnswer>,
) {
  const kept = signal<Kept>(new Map());
  /** The measures that are drawn, and for which moment each was asked for last. */
  const asked = new Map<string, string>();
  let past: PastMoment | null = null;
  let moment = "";
  let planned = false;
  /** How many answers are awaited: while the past is played, an hour is asked for when the one before has come. */
  let awaited = 0;

  function ask() {
    planned = false;
    if (moment === "" || awaited > 0) return;
    const due = [...asked].flatMap(([measure, at]) => (at === moment ? [] : [measure]));
    for (let start = 0; start < due.length; start += MOST) {
      const some = due.slice(start, start + MOST);
      const at = moment;
      for (const measure of some) asked.set(measure, at);
      awaited += 1;
      fetchThem(some, past)
        .then(
          (answer) => {
            if (at === moment) kept.value = withAnswer(kept.peek(), some, answer);
          },
          // Nothing is drawn, or what there was; the next moment asks again.
          () => undefined,
        )
        .then(() => {
          awaited -= 1;
          if (awaited === 0) plan();
        });
    }
  }

  function plan() {
    if (planned) return;
    planned = true;
    queueMicrotask(ask);
  }

  const of: HoursOf = (measure, code) => {
    if (!asked.has(measure)) {
      asked.set(measure, "");
      plan();
    }
    return kept.value.get(measure)?.get(code) ?? none;
  };

  /** What time it is on the page, and whether it shows the past; asks again when that is another hour's. */
  function at(now: number, shown: PastMoment | null) {
    if (now <= 0) return;
    const next = `${modeOf(shown)} ${Math.floor(now / (shown ? HOUR_MS : AGAIN_MS))}`;
    if (next === moment) return;
    if (modeOf(shown) !== modeOf(past)) kept.value = new Map();
    past = shown;
    moment = next;
    plan();
  }

  return { of, at };
}

export type Hours = ReturnType<typeof createHours>;
