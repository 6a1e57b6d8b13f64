import { computed, signal } from "@preact/signals";
import type { PastMoment } from "../api/client";
import type { Overview } from "../api/types";
import type { PageState } from "./connection";
import type { Live, Pulse } from "./live";
import { createPlayer, type Player, type PlayerWorld } from "./player";
import { replayOf, type Stretch, withReplay } from "./replay-address";

const OVERVIEW = "/api/v1/overview";

/** Where a topic of the socket is read as at a moment: `site:RVV01` at /api/v1/sites/RVV01. */
export function pathOf(topic: string): string {
  const [kind = "", name] = topic.split(":");
  return `/api/v1/${name === undefined ? kind : `${kind}s/${encodeURIComponent(name)}`}`;
}

export interface ReplayWorld extends PlayerWorld {
  address(): string;
  setAddress(next: string): void;
}

/**
 * The picture that the boards draw: the live one, or a past one that is played. A board reads the same figures from the
 * same places, and knows no difference.
 */
export function createShown(live: Live, world: ReplayWorld) {
  const player = signal<Player | null>(null);
  let topics: string[] = [];
  const followed = new Map<string, number>();

  const isPast = computed(() => player.value !== null);
  const step = computed(() => player.value?.shown.value ?? null);
  const moment = computed(() => (player.value ? (step.value?.at ?? player.value.wanted.value) : null));
  const answer = <T>(path: string): T | null => (step.value?.step.get(path) ?? null) as T | null;
  const past = computed<PastMoment | null>(() =>
    player.value === null || moment.value === null
      ? null
      : { at: moment.value, knownAt: player.value.stretch.known === "then" ? moment.value : null },
  );
  const state = computed<PageState>(() => (isPast.value ? "past" : live.state.value));

  const listen = () => player.peek()?.listen([OVERVIEW, ...topics.map(pathOf), ...followed.keys()]);

  function remember(at: number | null) {
    const played = player.peek();
    const next = played && at !== null ? { ...played.stretch, at } : null;
    world.setAddress(withReplay(world.address(), next));
  }

  function open(stretch: Stretch, at = stretch.from): Player {
    player.peek()?.stop();
    const next = createPlayer(world, stretch, at);
    player.value = next;
    remember(next.wanted.peek());
    listen();
    return next;
  }

  return {
    start() {
      live.start();
      const asked = replayOf(world.address());
      if (asked) open({ from: asked.from, to: asked.to, known: asked.known }, asked.at);
    },
    watch: live.watch,
    overview: computed<Overview | null>(() =>
      isPast.value ? answer<Overview>(OVERVIEW) : live.overview.value,
    ),
    topic: <T>(name: string): T | null => (isPast.value ? answer<T>(pathOf(name)) : live.topic<T>(name)),
    listen(names: string[]) {
      topics = names;
      live.listen(names);
      listen();
    },
    /** An address that a board reads beside its topics, as at the moment that is played; until the answer is called. */
    follow(path: string): () => void {
      followed.set(path, (followed.get(path) ?? 0) + 1);
      listen();
      return () => {
        const left = (followed.get(path) ?? 1) - 1;
        if (left > 0) followed.set(path, left);
        else followed.delete(path);
        listen();
      };
    },
    /** What a followed address answered for the step that is shown: null where it has not, or may not be seen. */
    followed: answer,
    /** Whether it is known that the reader may not see a followed address. */
    isRefused: (path: string) =>
      step.value?.step.has(path) === true && step.value.step.get(path) === undefined,
    state,
    /** Whether the page can ask the server: not while it is lost. */
    reads: computed(() => state.value === "live" || state.value === "past"),
    now: computed(() => moment.value ?? live.now.value),
    coarseNow: computed(() => moment.value ?? live.coarseNow.value),
    liveNow: live.now,
    pulse: computed<Pulse>(() =>
      moment.value === null
        ? live.pulse.value
        : { state: "past", quietMilliseconds: null, lastHeardAt: moment.value },
    ),
    rate: computed(() => (isPast.value ? 1 : live.rate.value)),
    past,
    player,
    /** Plays a stretch of the past on every board, from a moment of it. */
    open,
    /** Back to now. */
    close() {
      player.peek()?.stop();
      player.value = null;
      remember(null);
    },
    /** Puts the moment that is wanted into the address, so that it can be sent to somebody. */
    remember: () => remember(player.peek()?.wanted.peek() ?? null),
    /** The address of another board, at the moment that is played; without one where none is. */
    carried(address: string): string {
      const played = player.peek();
      return withReplay(address, played && { ...played.stretch, at: played.wanted.peek() });
    },
  };
}

export type ShownPicture = ReturnType<typeof createShown>;
