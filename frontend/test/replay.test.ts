import { describe, expect, it } from "vitest";
import { AHEAD, AT_ONCE, asAt, createPlayer, STEP_MS } from "../src/store/player";
import { pathOf } from "../src/store/replay";
import { lastNight, replayOf, stretchOf, withReplay } from "../src/store/replay-address";

const at = (text: string) => Date.parse(text);
const night = { from: at("2026-01-11T19:00Z"), to: at("2026-01-12T07:00Z"), known: "then" } as const;

/** A server that answers when it is told to, and a clock moved by hand. */
function makeWorld() {
  const open: {
    path: string;
    signal: AbortSignal;
    resolve(answer: unknown): void;
    reject(error: unknown): void;
  }[] = [];
  const waiting: { run: () => void; at: number }[] = [];
  const world = {
    time: 0,
    asked: [] as string[],
    most: 0,
    open,
    read: (path: string, signal: AbortSignal) =>
      new Promise<unknown>((resolve, reject) => {
        const mine = { path, signal, resolve, reject };
        world.asked.push(path);
        open.push(mine);
        world.most = Math.max(world.most, open.length);
        signal.addEventListener("abort", () => {
          open.splice(open.indexOf(mine), 1);
          reject(new Error("aborted"));
        });
      }),
    later: (run: () => void, milliseconds: number) => {
      const mine = { run, at: world.time + milliseconds };
      waiting.push(mine);
      return () => void (waiting.includes(mine) && waiting.splice(waiting.indexOf(mine), 1));
    },
    async pass(milliseconds: number) {
      const end = world.time + milliseconds;
      for (;;) {
        const due = waiting.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        world.time = due.at;
        waiting.splice(waiting.indexOf(due), 1);
        due.run();
        await settled();
      }
      world.time = end;
    },
    /** The server answers everything that is open, and what is asked for then. */
    async answer(most = 100) {
      for (let each = 0; each < most && open.length > 0; each += 1) {
        const next = open.shift();
        next?.resolve({ of: next.path });
        await settled();
      }
    },
  };
  return world;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the player of the past", () => {
  it("shows a step only when all that is listened to has been read for it", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a", "/b"]);
    await world.answer(1);
    expect(player.shown.value).toBeNull();
    await world.answer(1);
    expect(player.shown.value?.at).toBe(night.from);
    expect(player.shown.value?.step.get("/b")).toEqual({ of: asAt("/b", night.from, "then") });
  });

  it("reads a few steps ahead and no further, two requests at once", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a"]);
    await world.answer();
    expect(world.asked).toEqual(
      Array.from({ length: AHEAD + 1 }, (_, index) => asAt("/a", night.from + index * STEP_MS, "then")),
    );
    expect(world.most).toBe(AT_ONCE);
  });

  it("plays as fast as the answers come, and leaves no step out", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.setPace({ aSecond: 4, marks: 1 });
    player.listen(["/a"]);
    player.play();
    const seen: number[] = [];
    player.shown.subscribe((step) => step && seen.push((step.at - night.from) / STEP_MS));
    await world.pass(3_000);
    expect(seen).toEqual([]);
    await world.answer(2);
    await world.pass(5_000);
    expect(seen).toEqual([0, 1]);
    await world.answer();
    await world.pass(1_000);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("stops at the end, and begins again from there", async () => {
    const world = makeWorld();
    const short = { ...night, to: night.from + 2.5 * STEP_MS };
    const player = createPlayer(world, short, short.from);
    player.listen(["/a"]);
    player.play();
    for (let turn = 0; turn < 6; turn += 1) {
      await world.answer();
      await world.pass(1_000);
    }
    expect(player.playing.value).toBe(false);
    expect(player.shown.value?.at).toBe(short.to);
    player.play();
    expect(player.wanted.value).toBe(short.from);
    player.stop();
  });

  it("reads no more at once when it is dragged along the night, and then where it was let go", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a"]);
    for (let index = 0; index < 100; index += 1) player.seek(night.from + index * STEP_MS);
    expect(world.asked.length).toBe(AT_ONCE);
    await world.answer(AT_ONCE + 1);
    expect(player.shown.value?.at).toBe(night.from + 99 * STEP_MS);
    expect(world.most).toBe(AT_ONCE);
  });

  it("gives up what is open when it is left, and asks for nothing more", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a"]);
    const signals = world.open.map((each) => each.signal);
    player.stop();
    await settled();
    expect(signals.map((each) => each.aborted)).toEqual([true, true]);
    expect(world.open).toEqual([]);
    await world.pass(10_000);
    expect(world.open).toEqual([]);
  });

  it("keeps the step that is shown while another is read", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a"]);
    await world.answer();
    player.move(40);
    expect(player.shown.value?.at).toBe(night.from);
    expect(player.waiting.value).toBe(true);
    await world.answer(1);
    expect(player.shown.value?.at).toBe(night.from + 40 * STEP_MS);
    expect(player.waiting.value).toBe(false);
  });

  it("takes what may not be seen for an answer, and tries again what failed", async () => {
    const world = makeWorld();
    const player = createPlayer(world, night, night.from);
    player.listen(["/a", "/people"]);
    world.open[1]?.reject({ status: 403 });
    world.open[0]?.reject({ status: 503 });
    world.open.length = 0;
    await settled();
    expect(player.failing.value).toBe(true);
    const asked = world.asked.length;
    await world.pass(1_000);
    expect(world.asked.length).toBe(asked);
    await world.pass(1_500);
    await world.answer();
    expect(player.failing.value).toBe(false);
    expect(player.shown.value?.step.has("/people")).toBe(true);
    expect(player.shown.value?.step.get("/people")).toBeUndefined();
  });
});

describe("what is played", () => {
  it("is the last whole night of London", () => {
    expect(lastNight(at("2026-01-12T09:00Z"))).toEqual(night);
    expect(lastNight(at("2026-01-12T06:59Z")).to).toBe(at("2026-01-11T07:00Z"));
    expect(lastNight(at("2026-03-29T12:00Z"))).toMatchObject({
      from: at("2026-03-28T19:00Z"),
      to: at("2026-03-29T06:00Z"),
    });
  });

  it("is a day and two times, over midnight where the second comes first", () => {
    const now = at("2026-01-20T00:00Z");
    expect(stretchOf("2026-01-11", "19:00", "07:00", "then", now)).toEqual(night);
    expect(stretchOf("2026-01-11", "07:00", "19:00", "now", now)).toEqual({
      from: at("2026-01-11T07:00Z"),
      to: at("2026-01-11T19:00Z"),
      known: "now",
    });
    expect(stretchOf("2026-01-19", "19:00", "07:00", "then", now)).toMatchObject({ to: now });
    expect(stretchOf("2026-01-20", "19:00", "07:00", "then", now)).toContain("not come yet");
    expect(stretchOf("", "19:00", "07:00", "then", now)).toContain("Say a day");
  });

  it("is said by the address, with the moment, and no longer when it is left", () => {
    const here = "http://localhost:8080/ed?wall=1";
    const played = { ...night, known: "now" as const, at: at("2026-01-12T03:10Z") };
    const address = withReplay(here, played);
    expect(address).toContain("replay=2026-01-11T19:00/2026-01-12T07:00");
    expect(replayOf(address)).toEqual(played);
    expect(withReplay(address, null)).toBe(here);
    expect(replayOf(withReplay(here, { ...night, at: night.from }))).toEqual({ ...night, at: night.from });
  });

  it("is nothing where the address does not say it, or says more than two days", () => {
    const of = (text: string) => replayOf(`http://localhost/?replay=${text}`);
    expect(replayOf("http://localhost/")).toBeNull();
    for (const text of [
      "",
      "1",
      "2026-01-12T07:00/2026-01-11T19:00",
      "2026-01-11T19:00/2026-01-14T19:00",
      "x/y",
    ])
      expect(of(text)).toBeNull();
    expect(of("2026-01-11T19:00/2026-01-12T07:00&at=2030-01-01T00:00")?.at).toBe(night.to);
  });

  it("is read where the topics of the socket are", () => {
    expect(["overview", "site:RVV01", "service:beds", "vehicles", "feeds"].map(pathOf)).toEqual([
      "/api/v1/overview",
      "/api/v1/sites/RVV01",
      "/api/v1/services/beds",
      "/api/v1/vehicles",
      "/api/v1/feeds",
    ]);
    expect(asAt("/api/v1/overview", night.from, "now")).not.toContain("known_at");
  });
});
