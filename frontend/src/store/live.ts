import { computed, type Signal, signal } from "@preact/signals";
import type { Overview, ServerMessage } from "../api/types";
import { type HeardClock, heard, systemNow } from "./clock";
import { backoff, connectionState, type Line, LOST_AFTER_MS, type PageState } from "./connection";
import { emptyPicture, type Picture, receive } from "./picture";
import { heardOn, type Topic, type TopicMessage, unheard } from "./topics";

/** What the store needs of the world, so that a test can stand in for it. */
export interface World {
  open(): WebSocket;
  steadyNow(): number;
  later(run: () => void, milliseconds: number): void;
  every(run: () => void, milliseconds: number): void;
  /** Begins the page anew. */
  reload(): void;
}

/** How the page stands, for the pulse in the header. */
export interface Pulse {
  state: PageState;
  /** Since the last message, in real time; null before the first. */
  quietMilliseconds: number | null;
  /** What the system's clock showed at the last message; of the past, the moment that is shown. */
  lastHeardAt: number | null;
}

/** Whether the server has opened another store: a copy of a saved moment, or the store that it was copied from. */
function isAnother(before: Overview | null, after: Overview | null): boolean {
  return before !== null && after !== null && before.copy_of?.at !== after.copy_of?.at;
}

/** The one store of the live picture. Nothing else talks to the socket. */
export function createLive(world: World) {
  const overview = signal<Overview | null>(null);
  const steady = signal(world.steadyNow());
  const clock = signal<HeardClock | null>(null);
  const line = signal<Line>({ startedAt: world.steadyNow(), lastMessageAt: null, failures: 0 });

  /** What is listened to beside the overview. */
  const topics = signal(new Map<string, Signal<Topic>>());

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
    state: state.value === "live" && clock.value?.rate === 0 ? "paused" : state.value,
    quietMilliseconds: line.value.lastMessageAt === null ? null : steady.value - line.value.lastMessageAt,
    lastHeardAt: clock.value?.now ?? null,
  }));

  function subscribe() {
    if (socket?.readyState !== undefined && socket.readyState !== 1) return; // it asks when it opens
    const after: Record<string, number | null> = {
      overview: picture.awaitingSnapshot ? null : picture.revision,
    };
    for (const [name, { value }] of topics.peek())
      after[name] = value.awaitingSnapshot ? null : value.revision;
    socket?.send(JSON.stringify({ subscribe: Object.keys(after), after }));
  }

  /** Listen to these topics beside the overview from now on, such as `site:RVV01`; to no others. */
  function listen(names: string[]) {
    const before = topics.peek();
    if (names.length === before.size && names.every((name) => before.has(name))) return;
    topics.value = new Map(names.map((name) => [name, before.get(name) ?? signal(unheard)]));
    subscribe();
  }

  /** What is known of a topic that is listened to: its data as the API gives them, null until they have come. */
  const topic = <T>(name: string): T | null => (topics.value.get(name)?.value.data ?? null) as T | null;

  /** True where something was missed. */
  function takeTopic(message: TopicMessage): boolean {
    const held = topics.peek().get(message.topic);
    if (!held) return false;
    const heardNow = heardOn(held.value, message);
    held.value = heardNow.topic;
    return heardNow.ask;
  }

  function take(message: ServerMessage | TopicMessage) {
    const at = world.steadyNow();
    attempt = 0;
    steady.value = at;
    line.value = { ...line.value, lastMessageAt: at, failures: 0 };
    if ("topic" in message && message.topic !== "overview") {
      if (takeTopic(message as TopicMessage)) subscribe();
      return;
    }
    takePicture(message as ServerMessage, at);
  }

  function takePicture(message: ServerMessage, at: number) {
    const received = receive(picture, message);
    if (isAnother(picture.overview, received.picture.overview)) {
      world.reload(); // days, notes and lists that were read stay behind with the store they are of
      return;
    }
    picture = received.picture;
    const told =
      message.type === "heartbeat" ? message.clock : message.type !== "problem" && message.data.clock;
    // A whole picture may be that of another store, whose time is its own.
    const shown = message.type === "snapshot" ? undefined : (now.peek() ?? undefined);
    if (told) clock.value = { ...heard(told, at), shown };
    overview.value = picture.overview;
    if (received.ask) subscribe();
  }

  function connect() {
    const mine = world.open();
    let answered = false;
    socket = mine;
    openedAt = world.steadyNow();
    mine.onopen = () => {
      // A snapshot that was asked for on the old line will not come on this one.
      picture = { ...picture, awaitingSnapshot: false };
      for (const held of topics.peek().values()) held.value = { ...held.value, awaitingSnapshot: false };
      subscribe();
    };
    mine.onmessage = (event) => {
      answered = true;
      take(JSON.parse(String(event.data)) as ServerMessage | TopicMessage);
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
    listen,
    topic,
    rate: computed(() => clock.value?.rate ?? 1),
    start,
    watch,
  };
}

export type Live = ReturnType<typeof createLive>;
