import { beforeEach, describe, expect, it } from "vitest";
import { backoff, connectionState } from "../src/store/connection";
import { createLive } from "../src/store/live";
import { overview } from "./factories";

/** A world whose time and server are moved by hand. */
function makeWorld() {
  const sockets: FakeSocket[] = [];
  const waiting: { run: () => void; at: number }[] = [];
  const world = {
    now: 1_000,
    sockets,
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    steadyNow: () => world.now,
    later: (run: () => void, milliseconds: number) =>
      void waiting.push({ run, at: world.now + milliseconds }),
    every: () => undefined,
    reloads: 0,
    reload: () => {
      world.reloads += 1;
    },
    /** Lets time pass, half a second at a time, as the page's own ticking does. */
    pass(milliseconds: number, tick: () => void) {
      for (let passed = 0; passed < milliseconds; passed += 500) {
        world.now += 500;
        const due = waiting.filter((each) => each.at <= world.now);
        for (const each of due) waiting.splice(waiting.indexOf(each), 1)[0]?.run();
        tick();
      }
    },
  };
  return world;
}

class FakeSocket {
  sent: unknown[] = [];
  closed = false;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const snapshot = { type: "snapshot", topic: "overview", revision: 7, data: overview() };
const heartbeat = { type: "heartbeat", revision: 7, clock: { now: "2026-01-12T18:40:10Z", rate: 1 } };
const asking = (after: number | null) => ({ subscribe: ["overview"], after: { overview: after } });

describe("the live store", () => {
  let world: ReturnType<typeof makeWorld>;
  let live: ReturnType<typeof createLive>;
  const pass = (milliseconds: number) => world.pass(milliseconds, live.watch);
  const socket = () => world.sockets.at(-1) as FakeSocket;

  beforeEach(() => {
    world = makeWorld();
    live = createLive(world);
    live.start();
  });

  const goLive = () => {
    socket().onopen?.();
    socket().says(snapshot);
  };

  it("begins the page anew where the server has opened another store", () => {
    live.start();
    socket().says(snapshot);
    const copied = overview({ copy_of: { name: "before", at: "2026-01-12T19:00:00Z" } });
    socket().says({ ...snapshot, revision: 9, data: overview() });
    expect(world.reloads).toBe(0);
    socket().says({ ...snapshot, revision: 99, data: copied });
    expect(world.reloads).toBe(1);
    expect(live.overview.value?.copy_of).toBeNull();
  });

  it("is connecting until the first message, then live", () => {
    expect(live.state.value).toBe("connecting");
    goLive();
    expect(live.state.value).toBe("live");
    expect(live.overview.value?.sites).toHaveLength(2);
    expect(socket().sent).toEqual([asking(null)]);
  });

  it("is delayed after 6 s without a message, and live again with a heartbeat", () => {
    goLive();
    pass(5_500);
    expect(live.state.value).toBe("live");
    pass(500);
    expect(live.state.value).toBe("delayed");
    socket().says(heartbeat);
    expect(live.state.value).toBe("live");
  });

  it("is lost after 15 s of silence, gives the line up and tries another", () => {
    goLive();
    pass(15_000);
    expect(live.state.value).toBe("lost");
    expect(world.sockets[0]?.closed).toBe(true);
    pass(500);
    expect(world.sockets).toHaveLength(2);
  });

  it("is lost as soon as the line is closed and the next attempt fails", () => {
    goLive();
    socket().onclose?.();
    expect(live.state.value).toBe("live");
    pass(500);
    socket().onclose?.();
    expect(live.state.value).toBe("lost");
  });

  it("asks for what follows its last revision when it is back", () => {
    goLive();
    socket().onclose?.();
    pass(500);
    socket().onopen?.();
    expect(socket().sent).toEqual([asking(7)]);
    socket().says(heartbeat);
    expect(live.state.value).toBe("live");
  });

  it("asks for the whole after a gap", () => {
    goLive();
    socket().says({ type: "delta", topic: "overview", previous: 8, revision: 9, data: {} });
    expect(socket().sent.at(-1)).toEqual(asking(null));
  });

  it("keeps the clock of the system going between messages", () => {
    goLive();
    pass(3_000);
    expect(live.now.value).toBe(Date.parse("2026-01-12T18:40:03Z"));
  });

  it("stops a clock that runs faster than real time when the server is lost", () => {
    socket().onopen?.();
    socket().says({ ...snapshot, data: overview({ clock: { now: "2026-01-12T18:40:00Z", rate: 60 } }) });
    pass(2_000);
    expect(live.now.value).toBe(Date.parse("2026-01-12T18:42:00Z"));
    pass(20_000);
    expect(live.now.value).toBe(Date.parse("2026-01-12T18:40:00Z"));
  });

  it("remembers what the clock showed when the last message came", () => {
    goLive();
    socket().says(heartbeat);
    pass(15_000);
    expect(live.pulse.value).toEqual({
      state: "lost",
      quietMilliseconds: 15_000,
      lastHeardAt: Date.parse("2026-01-12T18:40:10Z"),
    });
  });
});

describe("the connection", () => {
  it("is lost when it never came", () => {
    expect(connectionState({ startedAt: 0, lastMessageAt: null, failures: 0 }, 15_000)).toBe("lost");
  });

  it("is tried again after half a second, then ever later, at most 5 s", () => {
    expect([0, 1, 2, 3, 4, 9].map(backoff)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });
});
