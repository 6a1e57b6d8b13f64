import { describe, expect, it } from "vitest";
import type { MeasureDefinition, OpelSummary } from "../src/api/types";
import { standsAgainst } from "../src/boards/frame/on-wall";
import { besideLevel } from "../src/boards/overview/wall";
import { leadingLevel } from "../src/components/opel/leading";
import { stageOf } from "../src/components/wall/stage";
import { besideLabel } from "../src/components/wall/wall-figure";
import { lateFeeds } from "../src/components/wall/wall-header";
import { feed, value } from "./factories";

const now = Date.parse("2026-01-12T18:40:00Z");

describe("the stage of a wall", () => {
  it("doubles on a screen of twice the size", () => {
    expect(stageOf({ width: 1920, height: 1080 })).toEqual({ zoom: 1, width: 1920, height: 1080 });
    expect(stageOf({ width: 3840, height: 2160 })).toEqual({ zoom: 2, width: 1920, height: 1080 });
  });

  it("fills a screen of another shape, and is never narrower or lower than what is drawn on it", () => {
    const stage = stageOf({ width: 1920, height: 1200 });
    expect(stage).toEqual({ zoom: 1, width: 1920, height: 1200 });
    const small = stageOf({ width: 1280, height: 800 });
    expect(small.width * small.zoom).toBeCloseTo(1280);
    expect(small.height).toBeCloseTo(1200);
  });
});

describe("late feeds on a wall", () => {
  it("are named, the silent first, and those there is no room for are counted", () => {
    const feeds = [
      feed("C", "delayed"),
      feed("B", "delayed"),
      feed("A", "live"),
      feed("D", "silent"),
      feed("E", "silent"),
    ];
    expect(lateFeeds(feeds, now)).toEqual([
      { name: "D", silent: true, words: "lost 18:29" },
      { name: "E", silent: true, words: "lost 18:29, and 2 more" },
    ]);
    expect(lateFeeds([feed("C", "delayed")], now)[0]?.words).toBe("11 min old");
    expect(lateFeeds([feed("A", "live")], now)).toEqual([]);
  });

  it("that were never heard say so under the others: one by its name, more by their number", () => {
    const unheard = (name: string) => ({ ...feed(name, "silent"), last_event_at: null });
    const one = { name: "D", silent: false, words: "never heard" };
    expect(lateFeeds([unheard("D")], now)).toEqual([one]);
    expect(lateFeeds([unheard("D"), feed("E", "silent"), feed("F", "delayed")], now)).toEqual([
      { name: "E", silent: true, words: "lost 18:29, and 1 more" },
      one,
    ]);
    expect(lateFeeds([unheard("D"), unheard("G")], now)).toEqual([
      { name: "2 feeds", silent: false, words: "never heard" },
    ]);
  });
});

describe("a figure on a wall", () => {
  const plan = { name: "m", target: 15, direction: "lower" } as MeasureDefinition;
  const definitions = new Map([["m", plan]]);
  const stands = (change: object) => standsAgainst(value(change), "m", definitions);

  it("is past its plan only while it is known to be", () => {
    expect(stands({ value: 20 })).toBe("past");
    expect(stands({ value: 15 })).toBe("within");
    expect(stands({ value: 20, freshness: "lost" })).toBe("no line");
    expect(stands({ value: null, absent: "feed_silent" })).toBe("no line");
    expect(standsAgainst(value({ value: 20 }), "another", definitions)).toBe("no line");
  });

  it("says its age or why there is none beside its label, and nothing while it is live", () => {
    expect(besideLabel(value(), now)).toBe("");
    expect(besideLabel(value({ freshness: "delayed", as_of: "2026-01-12T18:29:00Z" }), now)).toBe(
      "11 min old",
    );
    expect(besideLabel(value({ value: null, absent: "feed_silent" }), now)).toBe("feed silent");
    expect(besideLabel(value({ value: null, absent: "suppressed" }), now)).toBe("");
    expect(besideLabel(undefined, now)).toBe("not received yet");
  });
});

describe("the level on a wall", () => {
  const opel: OpelSummary = {
    edition: "2024-26",
    level: 2,
    level_least: 2,
    level_most: 2,
    score: 11.75,
    score_least: 11.75,
    score_most: 11.75,
    of: 24,
    indicative: true,
    local: false,
    declared: null,
    told: null,
    holds: null,
    breakdown: "/api/v1/opel/QKS",
  };
  const holds = { level: 3, since: "2026-01-12T09:05:00Z", origin: "boards" } as const;

  it("is the declared one where there is one, and none where none is known", () => {
    expect(leadingLevel(opel)).toBe(2);
    expect(leadingLevel({ ...opel, holds })).toBe(3);
    expect(leadingLevel({ ...opel, holds, local: true })).toBe(2);
    expect(leadingLevel({ ...opel, level: null })).toBeNull();
    expect(leadingLevel(null)).toBeNull();
  });

  it("has the calculated one beside it, always", () => {
    expect(besideLevel(opel, now)).toBe("pressure; calculated 2, 11.8 of 24, indicative");
    expect(besideLevel({ ...opel, holds, indicative: false }, now)).toBe(
      "declared 09:05; calculated 2, 11.8 of 24",
    );
  });
});
