import { computed, signal } from "@preact/signals";
import type { Stretch } from "./replay-address";

/** What the player needs of the world, so that a test can stand in for it. */
export interface PlayerWorld {
  /** Reads an address; rejects with an error whose status is 403 where the reader may not see it. */
  read(path: string, signal: AbortSignal): Promise<unknown>;
  /** Runs something after a while; the answer takes it back. */
  later(run: () => void, milliseconds: number): () => void;
}

/** A step of the replay: what each address answered at its moment; undefined where the reader may not see it. */
export type Step = ReadonlyMap<string, unknown>;

export const STEP_MS = 5 * 60_000;
/** Steps that are read before they are shown, and steps that are kept. */
export const AHEAD = 6;
const KEPT = 36;
/** Requests at once: a replay must never take the room of those who look at now. */
export const AT_ONCE = 2;
const AGAIN_MS = 2_000;

const refused = (error: unknown) => (error as { status?: number }).status === 403;
export const isoOf = (at: number) => new Date(at).toISOString();

/** An address as at a moment, as known then or now. */
export function asAt(path: string, at: number, known: Stretch["known"]): string {
  const moments = new URLSearchParams({ as_at: isoOf(at), ...(known === "then" && { known_at: isoOf(at) }) });
  return `${path}${path.includes("?") ? "&" : "?"}${moments}`;
}

/**
 * Plays a stretch of the past step by step: shows a step when all that is listened to has been read for it, reads a few
 * steps ahead, two requests at once, and gives up what is open when it is left.
 */
export function createPlayer(world: PlayerWorld, stretch: Stretch, first: number) {
  const { from, to, known } = stretch;
  const steps = new Map<number, Map<string, unknown>>();
  const reading = new Map<string, AbortController>();
  const shown = signal<{ at: number; step: Step } | null>(null);
  const wanted = signal(first);
  const playing = signal(false);
  const failing = signal(false);
  /** Steps a second, and how many marks a step takes. */
  const pace = signal({ aSecond: 2, marks: 1 });
  let paths: string[] = [];
  let stride = 1;
  let takeBack: (() => void) | null = null;
  let again: (() => void) | null = null;
  let stopped = false;

  const last = Math.ceil((to - from) / STEP_MS);
  const momentOf = (index: number) => Math.min(to, from + index * STEP_MS);
  const indexOf = (at: number) => Math.max(0, Math.min(last, Math.round((at - from) / STEP_MS)));
  const isWhole = (at: number) => paths.length > 0 && paths.every((path) => steps.get(at)?.has(path));

  /** The steps to read, the wanted one first. */
  function window(): number[] {
    const index = indexOf(wanted.peek());
    const found = [];
    for (let each = 0; each <= AHEAD; each += 1) {
      const at = index + each * stride;
      if (at <= last) found.push(momentOf(at));
    }
    return found;
  }

  function forget(moments: number[]) {
    for (const at of steps.keys()) {
      if (steps.size <= KEPT) return;
      if (!moments.includes(at) && at !== shown.peek()?.at) steps.delete(at);
    }
  }

  function fill() {
    if (stopped || again !== null) return;
    const moments = window();
    const needed = moments.flatMap((at) =>
      paths
        .filter((path) => !steps.get(at)?.has(path))
        .map((path) => ({ at, path, address: asAt(path, at, known) })),
    );
    // What is being read is read to its end, wanted or not: the server would go on with what is given up, and somebody
    // who drags along the night would have it read a hundred moments at once.
    for (const each of needed) {
      if (reading.size >= AT_ONCE) return;
      if (!reading.has(each.address)) ask(each);
    }
    forget(moments);
  }

  function ask({ at, path, address }: { at: number; path: string; address: string }) {
    const control = new AbortController();
    reading.set(address, control);
    const done = () => {
      if (reading.get(address) !== control) return false;
      reading.delete(address);
      return !stopped;
    };
    const keep = (answer: unknown) => {
      if (!done()) return;
      failing.value = false;
      const step = steps.get(at) ?? new Map<string, unknown>();
      steps.set(at, step.set(path, answer));
      show();
      fill();
    };
    world.read(address, control.signal).then(keep, (error) => {
      if (refused(error)) return keep(undefined);
      if (!done()) return;
      failing.value = true;
      again ??= world.later(() => {
        again = null;
        fill();
      }, AGAIN_MS);
    });
  }

  /** Shows the wanted step where it is whole; what is shown stays until then. */
  function show() {
    const at = wanted.peek();
    const step = steps.get(at);
    if (!step || !isWhole(at)) return;
    const before = shown.peek();
    if (before?.at === at && paths.every((path) => before.step.has(path))) return;
    shown.value = { at, step: new Map(step) };
  }

  function want(at: number) {
    wanted.value = momentOf(indexOf(at));
    show();
    fill();
  }

  function tick() {
    takeBack = world.later(tick, 1000 / pace.peek().aSecond);
    if (shown.peek()?.at !== wanted.peek()) return; // as fast as the answers come, and no step left out
    const next = indexOf(wanted.peek()) + stride;
    if (next > last) {
      if (wanted.peek() !== to) want(to);
      return pause();
    }
    want(momentOf(next));
  }

  function play() {
    if (playing.peek()) return;
    playing.value = true;
    if (wanted.peek() >= to) want(from);
    takeBack = world.later(tick, 1000 / pace.peek().aSecond);
  }

  function pause() {
    playing.value = false;
    takeBack?.();
    takeBack = null;
  }

  wanted.value = momentOf(indexOf(first));

  return {
    stretch,
    wanted,
    shown,
    playing,
    failing,
    pace,
    last,
    /** Whether the step that is wanted is still being read. */
    waiting: computed(() => shown.value?.at !== wanted.value),
    indexOf,
    momentOf,
    play,
    pause,
    /** Shows the moment's step as soon as it has been read. */
    seek: (at: number) => want(at),
    /** So many marks onwards, or back; it pauses. */
    move(marks: number) {
      pause();
      want(momentOf(Math.max(0, Math.min(last, indexOf(wanted.peek()) + marks))));
    },
    setPace(next: { aSecond: number; marks: number }) {
      pace.value = next;
      stride = next.marks;
      fill();
    },
    /** Reads these addresses at every step from now on, and no others. */
    listen(next: string[]) {
      if (next.length === paths.length && next.every((path) => paths.includes(path))) return;
      paths = [...next];
      show();
      fill();
    },
    stop() {
      stopped = true;
      pause();
      again?.();
      for (const control of reading.values()) control.abort();
      reading.clear();
    },
  };
}

export type Player = ReturnType<typeof createPlayer>;
