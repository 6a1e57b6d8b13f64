import { describe, expect, it } from "vitest";
import type { Trainer } from "../src/api/trainer";
import { barsOf, placeIn, sizeInWords, spanOf, stateInWords, ticksOf } from "../src/boards/trainer/timeline";
import { heard, systemNow } from "../src/store/clock";

const NOW = Date.parse("2026-01-12T18:40:00Z");
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();

const trainer = {
  now: at(0),
  kinds: [{ kind: "surge", title: "Surge", size_means: "times the usual arrivals" }],
  incidents: [
    {
      id: "a",
      kind: "surge",
      name: "William Harvey Hospital",
      size: 1.5,
      at: at(-2),
      end: at(-1),
      state: "over",
    },
    { id: "b", kind: "surge", name: "Medway Maritime", size: 2, at: at(-1), end: at(3), state: "under_way" },
  ],
  silences: [{ id: "c", name: "Maidstone", since: at(2), end: at(5), state: "planned" }],
} as unknown as Trainer;

describe("what was asked for, on a line of time", () => {
  it("shows what is under way before what is planned before what is over", () => {
    const bars = barsOf(trainer);
    expect(bars.map((bar) => bar.id)).toEqual(["b", "c", "a"]);
    expect(bars.map((bar) => stateInWords(bar, NOW))).toEqual([
      "since 17:40, until 21:40",
      "from 20:40 to 23:40",
      "over since 17:40",
    ]);
    expect(bars[0]?.size).toBe("2 times the usual arrivals");
    expect(sizeInWords(0.5, "share of its beds")).toBe("50 % of its beds");
  });

  it("spans what is to come, cut at its edges", () => {
    const bars = barsOf(trainer);
    const span = spanOf(bars, NOW);
    expect([span.from, span.to]).toEqual([NOW - 3 * 3_600_000, NOW + 9 * 3_600_000]);
    expect(placeIn(span, NOW)).toBe(0.25);
    expect(placeIn(span, NOW + 1e12)).toBe(1);
    expect(ticksOf(span).map((tick) => tick.says)).toEqual([
      "16:00",
      "18:00",
      "20:00",
      "22:00",
      "00:00",
      "02:00",
    ]);
    const summer = { from: Date.parse("2026-07-01T05:00Z"), to: Date.parse("2026-07-02T05:00Z") };
    expect(ticksOf(summer)[0]?.says).toBe("08:00");
  });

  it("says of a silence that is past that its backlog is still arriving", () => {
    const [bar] = barsOf({ ...trainer, incidents: [] });
    if (!bar) throw new Error("no bar");
    expect(stateInWords({ ...bar, state: "under_way", ends: NOW - 1 }, NOW)).toBe("its backlog is arriving");
  });
});

describe("a clock that is slowed", () => {
  it("stands where it was until the slower one has caught up", () => {
    const fast = heard({ now: at(0), rate: 60 }, 0);
    const shown = systemNow(fast, 1_000, false);
    const slowed = { ...heard({ now: at(0), rate: 1 }, 1_000), shown };
    expect(systemNow(slowed, 2_000, false)).toBe(shown);
    expect(systemNow(slowed, 100_000, false)).toBe(NOW + 99_000);
  });
});
