import { describe, expect, it } from "vitest";
import { changed, heardOn, unheard } from "../src/store/topics";

const site = {
  code: "RVV01",
  as_at: "2026-01-12T18:40:00Z",
  measures: { "ed.in_department": { value: 40, absent: null }, "beds.ga_free": { value: 3, absent: null } },
  opel: { level: 3, score: { from: 15, to: 18 } },
  units: [
    {
      code: "RVV01-MAJORS",
      capacity: { core: 20 },
      measures: { "unit.occupied": { value: 18, absent: null } },
    },
    { code: "RVV01-RESUS", capacity: { core: 4 }, measures: { "unit.occupied": { value: 2, absent: null } } },
  ],
};

describe("a topic", () => {
  it("takes rows by their code, figures whole, and leaves the rest as it was", () => {
    const next = changed(site, {
      measures: { "beds.ga_free": { value: null, absent: "feed_silent" } },
      units: { "RVV01-RESUS": { measures: { "unit.occupied": { value: 3, absent: null } } } },
    }) as typeof site;
    expect(next.measures["ed.in_department"].value).toBe(40);
    expect(next.measures["beds.ga_free"]).toEqual({ value: null, absent: "feed_silent" });
    expect(next.units[0]).toBe(site.units[0]);
    expect(next.units[1]).toEqual({
      ...site.units[1],
      measures: { "unit.occupied": { value: 3, absent: null } },
    });
  });

  it("takes a level whole, also when it goes", () => {
    expect(changed(site, { opel: null })).toEqual({ ...site, opel: null });
    expect(changed(site, { opel: { level: 2 } })).toEqual({ ...site, opel: { level: 2 } });
  });

  it("asks for the whole once when something was missed", () => {
    const known = heardOn(unheard, { type: "snapshot", topic: "site:RVV01", revision: 4, data: site });
    expect(known).toEqual({ topic: { data: site, revision: 4, awaitingSnapshot: false }, ask: false });
    const gap = {
      type: "delta" as const,
      topic: "site:RVV01",
      previous: 6,
      revision: 7,
      data: { opel: null },
    };
    const missed = heardOn(known.topic, gap);
    expect(missed.ask).toBe(true);
    expect(missed.topic.data).toBe(site);
    expect(heardOn(missed.topic, gap).ask).toBe(false);
    expect(heardOn(unheard, gap).ask).toBe(true);
  });
});
