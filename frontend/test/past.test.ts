import { describe, expect, it } from "vitest";
import type { SpcChartRow } from "../src/api/history";
import type { Rebase } from "../src/api/rebases";
import { formatOf, seriesOf } from "../src/boards/frame/past";
import { adviceInWords } from "../src/components/rebases/rebase-list";
import { spcInWords } from "../src/components/spc/spc";

const rebase: Rebase = {
  id: "1",
  measure: "ed.in_department",
  code: "RVV01",
  day: "2026-01-12",
  reason: "Twelve beds opened",
  made_at: "2026-01-20T12:00:00Z",
  who: "planner",
  role: "planner",
  withdrawn: null,
};

const chart: SpcChartRow = {
  variation: "concern",
  assurance: "fails",
  advice: null,
  parts: [
    {
      at: "2026-01-10T00:00:00Z",
      until: "2026-01-11T00:00:00Z",
      points: 12,
      limits: { mean: 40, lower: 30, upper: 50, near_lower: 33, near_upper: 47, mean_moving_range: 4 },
      trial: false,
      rebases: [],
    },
  ],
  points: [
    { at: "2026-01-10T00:00:00Z", value: 41, side: 1, cause: null, variation: "common" },
    { at: "2026-01-11T00:00:00Z", value: 27, side: -1, cause: "astronomical", variation: "concern" },
  ],
};

describe("the past of a figure", () => {
  it("is drawn as the server judged it, on the side that the last such point lies", () => {
    const series = seriesOf(chart, null, 45);
    expect(series.points.map((each) => each.special)).toEqual([null, "concerning"]);
    expect(series.variation).toBe("concerning_low");
    expect(series.assurance).toBe("fail");
    expect(series.reason).toBeUndefined();
    expect(series.rule).toBe("a day outside the limits");
    expect(series.limits).toEqual([
      {
        from: Date.parse("2026-01-10"),
        to: Date.parse("2026-01-11"),
        mean: 40,
        lower: 30,
        upper: 50,
        trial: false,
      },
    ]);
    expect(series.steps).toEqual([]);
    expect(seriesOf({ ...chart, variation: "common", assurance: null }, null, null)).toMatchObject({
      variation: "common",
      assurance: null,
      target: null,
    });
  });

  it("begins again where somebody said so, with nothing judged while there are too few days", () => {
    const begun: SpcChartRow = {
      ...chart,
      variation: null,
      assurance: null,
      parts: [
        ...chart.parts,
        {
          at: "2026-01-12T00:00:00Z",
          until: "2026-01-12T00:00:00Z",
          points: 1,
          limits: null,
          trial: true,
          rebases: [rebase],
        },
      ],
      points: [
        ...chart.points,
        { at: "2026-01-12T00:00:00Z", value: 60, side: 0, cause: null, variation: null },
      ],
    };
    const series = seriesOf(begun, "Too few days to judge: so it is.", 45);
    expect(series.limits).toHaveLength(1);
    expect(series.steps).toEqual([{ at: Date.parse("2026-01-12"), why: "Twelve beds opened" }]);
    expect(series.variation).toBeNull();
    expect(series.points.at(-1)?.special).toBeNull();
    expect(spcInWords(series)).toBe("Too few days to judge: so it is.");
    expect(adviceInWords({ at: "2026-01-10T00:00:00Z", points: 9, side: -1 })).toMatch(
      /^9 days in a row below the mean, since Sat 10 Jan\. Where somebody knows/,
    );
  });

  it("is said in the measure's own unit", () => {
    expect(formatOf("share")(0.385)).toBe("38.5%");
    expect(formatOf("people")(12)).toBe("12");
  });
});
