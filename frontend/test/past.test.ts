import { describe, expect, it } from "vitest";
import type { SpcChartRow } from "../src/api/history";
import { formatOf, seriesOf } from "../src/boards/frame/past";

const chart: SpcChartRow = {
  mean: 40,
  lower: 30,
  upper: 50,
  near_lower: 33,
  near_upper: 47,
  mean_moving_range: 4,
  trial: true,
  variation: "concern",
  assurance: "fails",
  points: [
    { at: "2026-01-10T00:00:00Z", value: 41, side: 1, variation: "common", cause: null },
    { at: "2026-01-11T00:00:00Z", value: 27, side: -1, variation: "concern", cause: "astronomical" },
  ],
};

describe("the past of a figure", () => {
  it("is drawn as the server judged it, on the side that the last such point lies", () => {
    const series = seriesOf(chart, 45);
    expect(series.points.map((each) => each.special)).toEqual([null, "concerning"]);
    expect(series.variation).toBe("concerning_low");
    expect(series.assurance).toBe("fail");
    expect(series.trial).toBe(true);
    expect(series.limits).toEqual([
      { from: Date.parse("2026-01-10"), to: Date.parse("2026-01-11"), mean: 40, lower: 30, upper: 50 },
    ]);
    expect(seriesOf({ ...chart, variation: "common", assurance: null }, null)).toMatchObject({
      variation: "common",
      assurance: null,
      target: null,
    });
  });

  it("is said in the measure's own unit", () => {
    expect(formatOf("share")(0.385)).toBe("38.5%");
    expect(formatOf("people")(12)).toBe("12");
  });
});
