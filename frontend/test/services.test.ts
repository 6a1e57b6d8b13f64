import { describe, expect, it } from "vitest";
import type { Measures, Service, SiteUnit } from "../src/api/types";
import { bedsOf, wardsOf } from "../src/boards/beds/wards";
import { bridge, closedInWords } from "../src/boards/beds/words";
import { joined } from "../src/boards/service/joined";
import { reportedBy } from "../src/boards/service/plans";
import { teamsOf } from "../src/boards/virtual-wards/teams";
import { overview, site, value } from "./factories";

const beds = (number: number) => value({ value: number, unit: "beds" });
const none = value({ value: null, absent: "not_provided" });

const service = (change: Partial<Service>): Service => ({
  as_at: "2026-01-12T18:40:00Z",
  known_at: "2026-01-12T18:40:00Z",
  service: "beds",
  measures: {},
  sites: [],
  providers: [],
  units: [],
  ...change,
});

const unit = (occupied: number, capacity: Partial<SiteUnit["capacity"]>, code = "RVV01-WARD"): SiteUnit => ({
  code,
  name: "Frailty virtual ward",
  kind: "virtual_ward",
  bed_kind: "virtual",
  area: null,
  site: "RVV01",
  capacity: { core: 0, escalation: 0, closed: 0, ...capacity },
  measures: {
    "unit.occupied": value({ value: occupied }),
    "unit.occupancy": value({ value: occupied / 10 }),
  },
});

const drawnAs = (beds: ReturnType<typeof bedsOf>) =>
  beds.map((bed) => bed.state.slice(0, 1) + (bed.escalation ? "+" : "")).join(" ");

describe("the beds of a ward that sends counts", () => {
  it("are filled from the core beds on", () => {
    expect(drawnAs(bedsOf(unit(2, { core: 3 })))).toBe("o o f");
  });

  it("beyond the core beds are escalation beds, whether they are filled or not", () => {
    expect(drawnAs(bedsOf(unit(4, { core: 3, escalation: 2 })))).toBe("o o o o+ f+");
  });

  it("that are closed are neither filled nor free", () => {
    expect(drawnAs(bedsOf(unit(1, { core: 3, closed: 1 })))).toBe("o f c");
  });

  it("are as many as the people in them, though none was told of", () => {
    expect(drawnAs(bedsOf(unit(3, { core: 2 })))).toBe("o o o+");
  });

  it("stand with the fullest ward first", () => {
    const wards = wardsOf([unit(1, { core: 3 }, "RVV01-A"), unit(3, { core: 3 }, "RVV01-B")]);
    expect(wards.map((ward) => ward.code)).toEqual(["RVV01-B", "RVV01-A"]);
  });
});

describe("the picture of some services", () => {
  const board = overview({
    sites: [site("RVV01", 0, { a: beds(1) }), site("RPA02", 0)],
    totals: { a: beds(1) },
  });

  it("has the measures of each beside the overview's, and newer ones in their place", () => {
    const told = service({
      measures: { b: beds(5), a: beds(2) },
      sites: [{ code: "RVV01", measures: { b: beds(4) } }],
    });
    const picture = joined(board, [told]);
    expect(Object.keys(picture.sites[0]?.measures ?? {})).toEqual(["a", "b"]);
    expect(picture.sites[1]?.measures).toEqual({});
    expect(picture.totals.a?.value).toBe(2);
    expect(picture.overview.totals.b?.value).toBe(5);
  });

  it("joins what an organisation reports to several services", () => {
    const organisation = { code: "RYY", name: "Community", short_name: "Community", kind: "community" };
    const picture = joined(board, [
      service({ providers: [{ ...organisation, measures: { x: beds(1) } }] }),
      service({ providers: [{ ...organisation, measures: { y: beds(2) } }] }),
    ]);
    expect(picture.providers.map((each) => Object.keys(each.measures))).toEqual([["x", "y"]]);
  });

  it("is whole only when every service has come", () => {
    expect(joined(board, [service({}), null]).complete).toBe(false);
    expect(joined(board, [service({})]).complete).toBe(true);
  });
});

describe("what stands under a figure", () => {
  const totals: Measures = {
    "beds.adult_free": beds(-3),
    "beds.adult_decided": value({ value: 61 }),
    "beds.adult_due": beds(40),
  };

  it("adds beds up in the order now, decided, expected", () => {
    expect(bridge(totals)).toBe("−3 now − 61 decided + 40 expected");
  });

  it("is no sum while a part of it is missing", () => {
    expect(bridge({ ...totals, "beds.adult_due": none })).toBeUndefined();
  });

  it("says why beds are closed, and no reason that nobody gave", () => {
    expect(closedInWords({ "beds.closed_infection": beds(12), "beds.closed_staffing": beds(0) })).toBe(
      "12 infection",
    );
  });
});

describe("columns of what nobody sends", () => {
  const plans = [
    { measure: "sent", title: "Sent" },
    { measure: "unsent", title: "Unsent" },
  ];

  it("are left out for sites and for organisations", () => {
    const rows = [site("RVV01", 0, { sent: beds(0), unsent: none })];
    expect(reportedBy(plans, rows).map(({ measure }) => measure)).toEqual(["sent"]);
  });
});

it("a team is named without what its hub's name says already", () => {
  const [team] = teamsOf(
    [unit(1, { core: 2 })],
    [{ ...site("RVV01", 0), short_name: "East Kent virtual ward" }],
  );
  expect([team?.name, team?.kind]).toEqual(["Frailty", "East Kent virtual ward"]);
});
