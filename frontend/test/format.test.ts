import { describe, expect, it } from "vitest";
import { feedInWords, feedsInWords } from "../src/components/feeds/words";
import { detailOf, spoken } from "../src/components/figure/figure";
import { pulseInWords } from "../src/components/pulse/pulse";
import {
  absenceInFull,
  count,
  counts,
  inWords,
  minutes,
  percent,
  probability,
  signed,
} from "../src/format/number";
import { age, clockTime, date, momentBeside, speed } from "../src/format/time";
import { feed, value } from "./factories";

const now = Date.parse("2026-01-12T18:40:00Z");

describe("numbers", () => {
  it("gives a percentage one decimal and no space", () => {
    expect(percent(17 / 118)).toBe("14.4%");
    expect(percent(1)).toBe("100.0%");
  });

  it("never writes a minus before nought", () => {
    expect(percent(-0.0001)).toBe("0.0%");
    expect(count(-0.2)).toBe("0");
  });

  it("uses a true minus and a plus sign for spare amounts", () => {
    expect(signed(-18)).toBe("\u221218");
    expect(signed(13)).toBe("+13");
    expect(signed(0)).toBe("0");
  });

  it("parts thousands with a comma", () => expect(count(2673)).toBe("2,673"));

  it("gives a probability no decimals, and never nought or certainty", () => {
    expect(probability(0.004)).toBe("under 1%");
    expect(probability(0.68)).toBe("68%");
    expect(probability(0.999)).toBe("over 99%");
  });

  it("writes minutes up to two hours, then hours and minutes", () => {
    expect(minutes(29)).toBe("29 min");
    expect(minutes(440)).toBe("7 h 20");
    expect(minutes(120)).toBe("2 h 00");
  });

  it("writes an absent reading as an en dash, and a count of none as 0", () => {
    expect(inWords(value({ value: null, absent: "feed_silent" }))).toBe("\u2013");
    expect(inWords(value({ value: 0 }))).toBe("0");
  });

  it("says the counts of a share and the n of a mean", () => {
    expect(counts(value({ unit: "share", value: 17 / 118, numerator: 17, denominator: 118 }))).toBe(
      "17 of 118",
    );
    expect(counts(value({ unit: "minutes", value: 29, n: 71 }))).toBe("n 71");
  });

  it("says why there is no reading, once", () => {
    const absent = (reason: string) =>
      absenceInFull(value({ value: null, absent: "not_applicable", reason }));
    expect(absent("no type 1 ED")).toBe("not applicable: no type 1 ED");
    expect(absent("Not applicable: no type 1 ED")).toBe("Not applicable: no type 1 ED");
  });
});

describe("times", () => {
  it("shows the 24-hour clock of London, summer time and winter time", () => {
    expect(clockTime(now)).toBe("18:40");
    expect(clockTime(Date.parse("2026-07-12T18:40:00Z"))).toBe("19:40");
    expect(clockTime(Date.parse("2026-01-12T00:05:00Z"))).toBe("00:05");
  });

  it("shows both sides of the hour that comes twice in October", () => {
    expect(clockTime(Date.parse("2026-10-25T00:30:00Z"))).toBe("01:30");
    expect(clockTime(Date.parse("2026-10-25T01:30:00Z"))).toBe("01:30");
  });

  it("names another day", () => {
    expect(momentBeside(Date.parse("2026-01-12T16:10:00Z"), now)).toBe("16:10");
    expect(momentBeside(Date.parse("2026-01-10T09:05:00Z"), now)).toBe("Sat 09:05");
    expect(date(now)).toBe("Mon 12 January 2026");
  });

  it("writes an age in seconds, minutes or hours", () => {
    expect([4_000, 660_000, 9_000_000].map(age)).toEqual(["4 s", "11 min", "2 h 30"]);
  });

  it("says the speed only when it is not real", () => {
    expect(speed(1)).toBeNull();
    expect(speed(60)).toBe("60 times real speed");
  });
});

describe("a figure", () => {
  const share = { unit: "share", value: 17 / 118, numerator: 17, denominator: 118 } as const;

  it("shows its age in the place of its counts when it is delayed", () => {
    const late = value({ ...share, freshness: "delayed", as_of: "2026-01-12T18:29:00Z" });
    expect(detailOf(late, now, "row")).toBe("11 min old");
  });

  it("says when it was lost, and keeps its counts where there is room", () => {
    const lost = value({ ...share, freshness: "lost", as_of: "2026-01-12T16:10:00Z" });
    expect(detailOf(lost, now, "row")).toBe("lost 16:10");
    expect(detailOf(lost, now, "headline")).toBe("lost 16:10, 17 of 118");
  });

  it("is said in full to a screen reader", () => {
    expect(
      spoken("In ED, QEQM", value({ value: null, absent: "not_due", reason: "not due until 08:00" }), now),
    ).toBe("In ED, QEQM, no reading, not due until 08:00");
  });

  it("is said with the words that are seen first, and then with what they leave out", () => {
    const share = value({ value: 17 / 118, unit: "share", numerator: 17, denominator: 118 });
    expect(spoken("Over 12 h", share, now, "17 of 118")).toBe("Over 12 h, 14.4%, 17 of 118");
    expect(spoken("Over 12 h", { ...share, freshness: "lost" }, now, "")).toContain(
      "14.4%, 17 of 118, lost 18:40",
    );
    expect(spoken("Handover", value({ value: 4 }), now, "", "waiting")).toBe("Handover, 4 waiting");
    const few = value({ value: null, absent: "suppressed" });
    expect(spoken("Over 12 h", few, now)).toBe("Over 12 h, under 5, withheld");
    expect(inWords(few)).toBe("under 5");
    expect(detailOf(few, now, "headline")).toBe("withheld");
  });
});

describe("the pulse", () => {
  it("says live, delayed and lost in words", () => {
    const said = (state: "live" | "delayed" | "lost", quietMilliseconds: number) =>
      pulseInWords({ state, quietMilliseconds, lastHeardAt: now - 540_000 }).join("");
    expect(said("live", 4_000)).toBe("Live, 4 s");
    expect(said("delayed", 12_000)).toBe("Delayed, 12 s");
    expect(said("lost", 540_000)).toBe("Lost 18:31, 9 min ago");
  });

  it("counts the feeds that are late", () => {
    expect(feedsInWords([feed("a", "live"), feed("b", "delayed"), feed("c", "silent")])).toBe(
      "1 of 3 feeds on time, 1 delayed, 1 silent",
    );
    expect(feedInWords(feed("b", "delayed"), now)).toBe("11 min old, usual gap 2 min");
  });

  it("counts the feeds that were never heard apart from those that fell silent", () => {
    const unheard = { ...feed("d", "silent"), last_event_at: null };
    expect(feedsInWords([feed("a", "live"), feed("c", "silent"), unheard])).toBe(
      "1 of 3 feeds on time, 1 silent, 1 never heard",
    );
    expect(feedInWords(unheard, now)).toBe("never heard, due every 2 min");
  });
});
