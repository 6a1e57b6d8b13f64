import { useEffect, useState } from "preact/hooks";
import { fetchHistory } from "../../api/client";
import type { MeasureHistory, SpcChartRow } from "../../api/history";
import type { MeasureDefinition, Unit, Value } from "../../api/types";
import { Fan } from "../../components/fan/fan";
import type { SpcSeries } from "../../components/spc/spc";
import { SpcChart } from "../../components/spc/spc-chart";
import { inWords } from "../../format/number";

const HOUR_MS = 3_600_000;
const BACK_HOURS = 48;
const WIDTH = 404;

const special = { improvement: "improving", concern: "concerning", neutral: "neither" } as const;
const assured = { passes: "pass", fails: "fail", hit_and_miss: "hit_and_miss" } as const;

/** The server's chart as the component draws it; nothing is worked out here. */
export function seriesOf(chart: SpcChartRow, target: number | null): SpcSeries {
  const points = chart.points.map((each) => ({
    at: Date.parse(each.at),
    value: each.value,
    special: each.variation === "common" ? null : special[each.variation],
  }));
  const from = points[0]?.at ?? 0;
  const last = chart.points.findLast((each) => each.variation === chart.variation);
  const side = (last?.side ?? 1) < 0 ? "low" : "high";
  return {
    points,
    limits: [
      { from, to: points.at(-1)?.at ?? from, mean: chart.mean, lower: chart.lower, upper: chart.upper },
    ],
    target,
    variation: chart.variation === "common" ? "common" : `${special[chart.variation]}_${side}`,
    assurance: chart.assurance && assured[chart.assurance],
    trial: chart.trial,
  };
}

/** A number of the measure's unit as a figure says it. */
export const formatOf = (unit: Unit) => (value: number) =>
  inWords({
    value,
    unit,
    numerator: null,
    denominator: null,
    n: null,
    absent: null,
    reason: null,
    as_of: null,
    freshness: "live",
  });

interface Known {
  hours: MeasureHistory;
  days: MeasureHistory;
}

/** What has been kept of a figure; null until it has come, and where it could not be had. */
export function usePast(measure: string, code: string, now: number): Known | null {
  const [known, setKnown] = useState<Known | null>(null);
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  useEffect(() => {
    let wanted = true;
    Promise.all([
      fetchHistory(measure, code, "1h", hour - BACK_HOURS * HOUR_MS),
      fetchHistory(measure, code, "1d"),
    ]).then(
      ([hours, days]) => wanted && setKnown({ hours, days }),
      () => wanted && setKnown(null),
    );
    return () => {
      wanted = false;
    };
  }, [measure, code, hour]);
  return known?.hours.measure === measure && known.hours.code === code ? known : null;
}

export interface PastProps {
  known: Known;
  title: string;
  definition: MeasureDefinition | null;
  /** As it stands now, which is where the hours end. */
  value: Value;
  now: number;
}

/** Two days by the hour and, where there are days enough, the chart that tells a change from chance. */
export function Past({ known, title, definition, value, now }: PastProps) {
  const target = definition?.target ?? null;
  const format = formatOf(value.unit);
  const points = known.hours.points.map((each) => ({
    at: Date.parse(each.until ?? each.at),
    value: each.value,
  }));
  if (value.absent === null && value.freshness !== "lost") points.push({ at: now, value: value.value });
  const { spc, spc_reason: reason } = known.days;
  return (
    <>
      <Fan
        label={`${title}, by the hour`}
        points={points}
        window={{ from: now - BACK_HOURS * HOUR_MS, to: now }}
        now={now}
        target={target === null ? undefined : { value: target, label: format(target) }}
        format={format}
        width={WIDTH}
      />
      {spc && (
        <>
          <h3>By day, to the Making Data Count rules</h3>
          <SpcChart
            label={`${title}, by the day`}
            series={seriesOf(spc, target)}
            format={format}
            now={now}
            width={WIDTH}
          />
        </>
      )}
      {reason && <p class="quiet explain-note">{reason}</p>}
    </>
  );
}
