import { describe, expect, it } from "vitest";
import type { OpelSummary, ServerMessage } from "../src/api/types";
import { emptyPicture, type Picture, receive } from "../src/store/picture";
import { opel, overview, value } from "./factories";

const snapshot = (revision: number): ServerMessage => ({
  type: "snapshot",
  topic: "overview",
  revision,
  data: overview({ revision }),
});

const delta = (previous: number, revision: number): ServerMessage => ({
  type: "delta",
  topic: "overview",
  previous,
  revision,
  data: { sites: { RVV01: { measures: { "ed.in_department": value({ value: 119 }) }, need: 10 } } },
});

const heartbeat = (revision: number): ServerMessage => ({
  type: "heartbeat",
  revision,
  clock: { now: "2026-01-12T18:40:02Z", rate: 1 },
});

const after = (...messages: ServerMessage[]): Picture =>
  messages.reduce((picture, message) => receive(picture, message).picture, emptyPicture);

const inDepartment = (picture: Picture, code: string) =>
  picture.overview?.sites.find((site) => site.code === code)?.measures["ed.in_department"]?.value;

describe("the live picture", () => {
  it("is what the snapshot says", () => {
    const picture = after(snapshot(7));
    expect(picture.revision).toBe(7);
    expect(inDepartment(picture, "RVV01")).toBe(118);
  });

  it("changes only what a delta names", () => {
    const picture = after(snapshot(7), delta(7, 8));
    expect(picture.revision).toBe(8);
    expect(inDepartment(picture, "RVV01")).toBe(119);
    expect(picture.overview?.sites[0]?.need).toBe(10);
    expect(picture.overview?.sites[0]?.measures["beds.ga_free"]?.value).toBe(19);
    expect(picture.overview?.sites[0]?.name).toBe("RVV01 Hospital");
    expect(inDepartment(picture, "RN707")).toBe(84);
  });

  it("takes a level that came, and one that went away", () => {
    const level = (previous: number, opel: OpelSummary | null): ServerMessage => ({
      type: "delta",
      topic: "overview",
      previous,
      revision: previous + 1,
      data: { opel, sites: { RVV01: { opel } } },
    });
    const came = after(snapshot(7), level(7, opel()));
    expect([came.overview?.opel?.level, came.overview?.sites[0]?.opel?.score]).toEqual([3, 17]);
    expect(receive(came, delta(8, 9)).picture.overview?.opel?.level).toBe(3);
    const gone = receive(came, level(8, null)).picture;
    expect([gone.overview?.opel, gone.overview?.sites[0]?.opel]).toEqual([null, null]);
  });

  it("takes what is ahead as it comes, keeps it where a delta leaves it out, and has none of its own", () => {
    const told = (previous: number, alerts: []): ServerMessage => ({
      type: "delta",
      topic: "overview",
      previous,
      revision: previous + 1,
      data: { ahead: { alerts } },
    });
    expect(after(snapshot(7), delta(7, 8)).overview).not.toHaveProperty("ahead");
    const picture = after(snapshot(7), told(7, []), delta(8, 9));
    expect(picture.overview?.ahead).toEqual({ alerts: [] });
  });

  it("keeps a site that did not change as the same object, so that its row is not drawn again", () => {
    const before = after(snapshot(7));
    expect(receive(before, delta(7, 8)).picture.overview?.sites[1]).toBe(before.overview?.sites[1]);
  });

  it("asks for the whole once when a delta does not follow, and leaves later deltas aside", () => {
    const gap = receive(after(snapshot(7)), delta(8, 9));
    expect(gap.ask).toBe(true);
    expect(inDepartment(gap.picture, "RVV01")).toBe(118);
    const next = receive(gap.picture, delta(9, 10));
    expect(next.ask).toBe(false);
    expect(inDepartment(next.picture, "RVV01")).toBe(118);
  });

  it("follows again from the snapshot that it asked for, even with a smaller revision", () => {
    const picture = after(snapshot(7), delta(8, 9), snapshot(3), delta(3, 4));
    expect(picture).toMatchObject({ revision: 4, awaitingSnapshot: false });
    expect(inDepartment(picture, "RVV01")).toBe(119);
  });

  it("is left as it is by a heartbeat of its own revision", () => {
    const picture = after(snapshot(7));
    expect(receive(picture, heartbeat(7))).toEqual({ picture, ask: false });
  });

  it("takes a heartbeat of another revision for a gap", () => {
    expect(receive(after(snapshot(7)), heartbeat(9)).ask).toBe(true);
  });

  it("is left as it is by a problem", () => {
    const picture = after(snapshot(7));
    const problem: ServerMessage = { type: "problem", title: "Unknown topic", detail: "beds" };
    expect(receive(picture, problem)).toEqual({ picture, ask: false });
  });
});
