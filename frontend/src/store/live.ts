import { computed, signal } from "@preact/signals";
import type { Overview, ServerMessage } from "../api/types";
import { type HeardClock, heard, systemNow } from "./clock";
import { backoff, type ConnectionState, connectionState, type Line, LOST_AFTER_MS } from "./connection";
import { emptyPicture, type Picture, receive } from "./picture";

/** What the store needs of the world, so that a test can stand in for it. */
export interface World {
  open(): WebSocket;
  steadyNow(): number;
  later(run: () => void, milliseconds: number): void;
  every(run: () => void, milliseconds: number): void;
}

/** How the page stands, for the pulse in the header. */
export interface Pulse {
  state: ConnectionState;
  /** Since the last message, in real time; null before the first. */
  quietMilliseconds: number | null;
  /** What the system's clock showed at the last message. */
  lastHeardAt: number | null;
}

/** The one store of the live picture. Nothing else talks to the socket. */
export function createLive(world: World) {
  const overview = signal<Overview | null>(null);
  const steady = signal(world.steadyNow());
  const clock = signal<HeardClock | null>(null);
  const line = signal<Line>({ startedAt: world.steadyNow(), lastMessageAt: null, failures: 0 });

  let picture: Picture = emptyPicture;
  let socket: WebSocket | null = null;
  let openedAt = 0;
  let attempt = 0;

  const state = computed(() => connectionState(line.value, steady.value));
  const now = computed(() =>
    clock.value === null ? null : systemNow(clock.value, steady.value, state.value === "lost"),
  );
  /** Fine enough for the ages of figures, and still for ten seconds at a time. */
  const coarseNow = computed(() => Math.floor((now.value ?? 0) / 10_000) * 10_000);
  const pulse = computed<Pulse>(() => ({
    state: state.value,
    quietMilliseconds: line.value.lastMessageAt === null ? null : steady.value - line.value.lastMessageAt,
    lastHeardAt: clock.value?.now ?? null,
  }));

  function subscribe(after: number | null) {
    socket?.send(JSON.stringify({ subscribe: ["overview"], after: { overview: after } }));
  }

  function take(message: ServerMessage) {
    const at = world.steadyNow();
    attempt = 0;
    steady.value = at;
    line.value = { ...line.value, lastMessageAt: at, failures: 0 };
    const received = receive(picture, message);
    picture = received.picture;
    if (message.type === "heartbeat") clock.value = heard(message.clock, at);
    else if (message.type !== "problem" && message.data.clock) clock.value = heard(message.data.clock, at);
    overview.value = picture.overview;
    if (received.ask) subscribe(null);
  }

  function connect() {
    const mine = world.open();
    let answered = false;
    socket = mine;
    openedAt = world.steadyNow();
    mine.onopen = () => {
      // A snapshot that was asked for on the old line will not come on this one.
      picture = { ...picture, awaitingSnapshot: false };
      subscribe(picture.revision);
    };
    mine.onmessage = (event) => {
      answered = true;
      take(JSON.parse(String(event.data)) as ServerMessage);
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      socket = null;
      if (!answered) line.value = { ...line.value, failures: line.value.failures + 1 };
      world.later(connect, backoff(attempt));
      attempt += 1;
    };
  }

  /** A line that is open but says nothing is given up, and tried again. */
  function watch() {
    steady.value = world.steadyNow();
    const spokeAt = Math.max(openedAt, line.value.lastMessageAt ?? 0);
    if (socket !== null && steady.value - spokeAt >= LOST_AFTER_MS) {
      const silent = socket;
      silent.onclose?.(new Event("close") as CloseEvent);
      silent.close();
    }
  }

  function start() {
    connect();
    world.every(watch, 500);
  }

  return {
    overview,
    now,
    coarseNow,
    state,
    pulse,
    rate: computed(() => clock.value?.rate ?? 1),
    start,
    watch,
  };
}

export type Live = ReturnType<typeof createLive>;
