import { describe, expect, it } from "vitest";
import type { FeedRow, KafkaTopic } from "../src/api/types";
import { onTheStrip } from "../src/boards/ambulance/vehicles";
import {
  kafkaInWords,
  lastInWords,
  needOf,
  nextInWords,
  refusedInWords,
  refusedOf,
} from "../src/boards/feeds/words";
import { standsAgainst } from "../src/boards/frame/on-wall";
import { bandsOf, mostOf, withoutSmall } from "../src/components/bands/bands";
import { expectedInWords, hourOfWeek } from "../src/components/rhythm/hours";
import { feed, value } from "./factories";

const now = Date.parse("2026-01-12T18:40:00Z");
const share = (numerator: number | null) =>
  value({
    unit: "share",
    value: 0.5,
    numerator,
    denominator: 40,
    absent: numerator === null ? "suppressed" : null,
  });

describe("bands", () => {
  it("split nested counts into runs that add up to all of them", () => {
    expect(bandsOf([value({ value: 40 }), share(19), share(7)])).toEqual([
      { past: 0, count: 21 },
      { past: 1, count: 12 },
      { past: 2, count: 7 },
    ]);
  });

  it("leave out a line whose count is withheld, and say nothing where the whole is not known", () => {
    expect(bandsOf([value({ value: 40 }), share(19), share(null)])).toEqual([
      { past: 0, count: 21 },
      { past: 1, count: 19 },
    ]);
    expect(bandsOf([value({ value: null, absent: "feed_silent" }), share(3)])).toEqual([]);
    expect(bandsOf([undefined])).toEqual([]);
  });

  it("never make more of those past a line than there are", () => {
    expect(bandsOf([value({ value: 2 }), value({ value: 3 })])).toEqual([{ past: 1, count: 3 }]);
  });

  it("never show one to four people on a wall; those put together are not said to have waited so long", () => {
    const bands = [
      { past: 0, count: 2 },
      { past: 1, count: 3 },
      { past: 2, count: 9 },
    ];
    const shown = withoutSmall(bands);
    expect(shown.every((band) => band.count >= 5)).toBe(true);
    expect(shown).toEqual([
      { past: 0, count: 5, mixed: true },
      { past: 2, count: 9 },
    ]);
    expect(withoutSmall([{ past: 0, count: 3 }])).toEqual([]);
    expect(withoutSmall([{ past: 1, count: 6 }])).toEqual([{ past: 1, count: 6 }]);
  });

  it("share the scale of the longest bar", () => {
    expect(mostOf([value({ value: 7 }), undefined, value({ value: 12 })])).toBe(12);
    expect(mostOf([])).toBe(1);
  });
});

describe("vehicles on the strip", () => {
  it("stand by minutes since arrival, or until they are due", () => {
    const { vehicles, unplaced } = onTheStrip(
      [
        { state: "waiting", since: "2026-01-12T18:20:00Z", category: null, expected_at: null },
        {
          state: "due_in",
          since: "2026-01-12T18:10:00Z",
          category: "C2",
          expected_at: "2026-01-12T18:52:00Z",
        },
        { state: "due_in", since: "2026-01-12T18:10:00Z", category: "C1", expected_at: null },
      ],
      now,
    );
    expect(vehicles.map((each) => each.minutes)).toEqual([20, -12]);
    expect(unplaced).toBe(1);
  });

  it("are on their way until they arrive, however late", () => {
    const late = {
      state: "due_in" as const,
      since: "2026-01-12T18:00:00Z",
      category: "C2",
      expected_at: "2026-01-12T18:20:00Z",
    };
    expect(onTheStrip([late], now).vehicles[0]?.minutes).toBeLessThan(0);
  });
});

describe("a withheld count against a plan of none", () => {
  const none = {
    name: "a",
    title: "A",
    kind: "count" as const,
    unit: "people" as const,
    direction: "lower" as const,
    definition: "",
    numerator: null,
    denominator: null,
    window: "now",
    missing: "",
    source: "",
    target: 0,
    target_source: "a plan",
  };
  const definitions = new Map([["a", none]]);
  const few = value({ value: null, absent: "suppressed" });

  it("is past it, for under five is more than none", () => {
    expect(standsAgainst(few, "a", definitions)).toBe("past");
    expect(standsAgainst(few, "a", new Map([["a", { ...none, target: 3 }]]))).toBe("no line");
    expect(standsAgainst({ ...few, freshness: "lost" }, "a", definitions)).toBe("no line");
  });
});

describe("the feeds", () => {
  const row = (state: FeedRow["state"], change: Partial<FeedRow> = {}): FeedRow => ({
    ...feed("East Kent", state),
    code: "RVV",
    delayed_at: "2026-01-12T19:10:00Z",
    silent_at: "2026-01-13T02:00:00Z",
    rhythm_learned: true,
    accepted_24h: 99,
    refused_24h: 1,
    refused_share: 0.01,
    quarantined: 1,
    ...change,
  });

  it("say when they were heard last and when their silence will be called so", () => {
    expect(lastInWords(row("live"), now)).toBe("11 min ago, 18:29");
    expect(lastInWords(row("silent", { last_event_at: null }), now)).toBe("never heard");
    expect(nextInWords(row("live"), now)).toBe("delayed from 19:10");
    expect(nextInWords(row("delayed"), now)).toBe("silent from Tue 02:00");
    expect(nextInWords(row("silent"), now)).toBe("");
  });

  it("say what was refused of how much", () => {
    expect(refusedInWords(row("live"))).toBe("1.0%");
    expect(refusedOf(row("live"))).toBe("1 of 100");
    expect(refusedInWords(row("live", { refused_share: null }))).toBe("nothing came");
  });

  it("stand the worst first", () => {
    const rows = [row("live", { quarantined: 9 }), row("silent"), row("live"), row("delayed")];
    const order = [...rows]
      .sort((a, b) => needOf(b) - needOf(a))
      .map((each) => `${each.state} ${each.quarantined}`);
    expect(order).toEqual(["silent 1", "delayed 1", "live 9", "live 1"]);
  });

  it("have an hour of the week in London, also when the clocks have changed", () => {
    expect(hourOfWeek(Date.parse("2026-01-12T00:30:00Z"))).toBe(0);
    expect(hourOfWeek(Date.parse("2026-07-05T22:59:00Z"))).toBe(167);
    expect(hourOfWeek(Date.parse("2026-07-05T23:00:00Z"))).toBe(0);
    expect(expectedInWords(0.5)).toBe("something in 6 of its 12 five-minute marks");
  });
});

describe("Kafka in a line", () => {
  const topic = (code: string, more: Partial<KafkaTopic> = {}): KafkaTopic => ({
    code,
    partitions: 3,
    waiting: 0,
    is_read: true,
    lost: 0,
    read_again: 0,
    read_again_at: null,
    ...more,
  });

  it("says that all is read, and what waits for a moment", () => {
    expect(kafkaInWords([topic("flow.ed"), topic("flow.bed")])).toEqual({
      state: "live",
      words: "All 2 topics are read. Nothing waits.",
    });
    expect(kafkaInWords([topic("flow.ed", { waiting: 1 })]).words).toBe(
      "Its topic is read. 1 message waits.",
    );
  });

  it("names the worst, those that nobody reads before those that are behind", () => {
    const behind = topic("flow.gauge", { waiting: 20_000 });
    expect(kafkaInWords([topic("flow.ed"), behind])).toEqual({
      state: "delayed",
      words: "1 of 2 topics is behind: flow.gauge. 20,000 messages wait.",
    });
    const unread = ["a", "b", "c", "d", "e"].map((code) =>
      topic(code, { is_read: false, waiting: null, lost: 2 }),
    );
    expect(kafkaInWords([behind, ...unread])).toEqual({
      state: "silent",
      words: "5 of 6 topics are not read: a, b, c and 2 more. 20,000 messages wait. Kafka dropped 10 unread.",
    });
  });
});
