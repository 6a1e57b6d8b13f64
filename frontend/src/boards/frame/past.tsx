import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { fetchHistory, type PastMoment } from "../../api/client";
import type { MeasureHistory, SpcChartRow, SpcLimitsRow } from "../../api/history";
import type { MeasureDefinition, Unit, Value } from "../../api/types";
import { Fan } from "../../components/fan/fan";
import type { NoteMark } from "../../components/notes/note-marks";
import type { SpcSeries } from "../../components/spc/spc";
import { SpcChart } from "../../components/spc/spc-chart";
import { dayOf } from "../../format/london";
import { inWords } from "../../format/number";
import { useWidth } from "./width";

export const HOUR_MS = 3_600_000;
const BACK_HOURS = 48;
/** Of the charts in a panel on a desk; a phone gives them what it has. */
const WIDTH = 404;

const special = { improvement: "improving", concern: "concerning", neutral: "neither" } as const;
const assured = { passes: "pass", fails: "fail", hit_and_miss: "hit_and_miss" } as const;

const rules = {
  astronomical: "a day outside the limits",
  trend: "seven days or more in one direction",
  two_of_three: "two days of three near a limit",
  shift: "seven days or more on one side of the mean",
} as const;

/** The server's chart as the component draws it; nothing is worked out here. */
export function seriesOf(chart: SpcChartRow, reason: string | null, target: number | null): SpcSeries {
  const points = chart.points.map((each) => ({
    at: Date.parse(each.at),
    value: each.value,
    special: each.variation === null || each.variation === "common" ? null : special[each.variation],
  }));
  const last = chart.points.at(-1);
  const side = (last?.side ?? 1) < 0 ? "low" : "high";
  return {
    points,
    limits: chart.parts.flatMap(({ at, until, limits, trial }) =>
      limits ? [{ from: Date.parse(at), to: Date.parse(until), ...lines(limits), trial }] : [],
    ),
    steps: chart.parts.flatMap(({ at, rebases }) =>
      rebases.length > 0
        ? [{ at: Date.parse(at), why: rebases.map((each) => each.reason ?? "withdrawn since").join("; ") }]
        : [],
    ),
    target,
    variation:
      chart.variation === null || chart.variation === "common"
        ? chart.variation
        : `${special[chart.variation]}_${side}`,
    assurance: chart.assurance && assured[chart.assurance],
    reason: reason ?? undefined,
    rule: last?.cause ? rules[last.cause] : undefined,
  };
}

const lines = ({ mean, lower, upper }: SpcLimitsRow) => ({ mean, lower, upper });

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

/** What has been kept of a figure; null until it has come, and where it could not be had. turn: reads it again. */
export function usePast(
  measure: string,
  code: string,
  now: number,
  past: PastMoment | null,
  turn: number,
): Known | null {
  const [known, setKnown] = useState<Known | null>(null);
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  // Of a past moment it is asked for once an hour that is played, not with every step.
  const asked = usePastHour(past, hour);
  useEffect(() => {
    let wanted = true;
    Promise.all([
      fetchHistory(measure, code, "1h", hour - BACK_HOURS * HOUR_MS, asked),
      fetchHistory(measure, code, "1d", undefined, asked),
    ]).then(
      ([hours, days]) => wanted && setKnown({ hours, days }),
      () => wanted && setKnown(null),
    );
    return () => {
      wanted = false;
    };
  }, [measure, code, hour, asked, turn]);
  return known?.hours.measure === measure && known.hours.code === code ? known : null;
}

/** A past moment by the whole hour, the same object for as long as the hour is: what is asked for once an hour played. */
export function usePastHour(past: PastMoment | null, hour: number): PastMoment | null {
  const known = past !== null && past.knownAt !== null;
  const isPast = past !== null;
  return useMemo(() => (isPast ? { at: hour, knownAt: known ? hour : null } : null), [isPast, known, hour]);
}

/** Notes at the points of the days that they are about; days: the midnights that the points stand at. */
export function onDays(notes: NoteMark[], days: number[]): NoteMark[] {
  return notes.flatMap((note) => {
    const from = days.find((day) => dayOf(day) === dayOf(note.from));
    const last = days.findLast((day) => day <= (note.to ?? note.from));
    if (from === undefined || last === undefined) return [];
    return [{ ...note, from, to: last > from ? last : null }];
  });
}

export interface PastProps {
  known: Known;
  title: string;
  definition: MeasureDefinition | null;
  /** As it stands now, which is where the hours end. */
  value: Value;
  now: number;
  /** What the moment of the now-line is called, where it is not now. */
  called?: string;
  notes: NoteMark[];
  /** What people may do about the chart's limits. */
  limits?: ComponentChildren;
  /** A moment of the hours was pointed to. */
  onPoint?(at: number): void;
}

/** Two days by the hour and, where there are days enough, the chart that tells a change from chance. */
export function Past({ known, title, definition, value, now, called, notes, limits, onPoint }: PastProps) {
  const room = useWidth(WIDTH);
  const target = definition?.target ?? null;
  const format = formatOf(value.unit);
  const points = known.hours.points.map((each) => ({
    at: Date.parse(each.until ?? each.at),
    value: each.value,
  }));
  if (value.absent === null && value.freshness !== "lost") points.push({ at: now, value: value.value });
  const { spc, spc_reason: reason } = known.days;
  return (
    <div ref={room.ref}>
      <Fan
        label={`${title}, by the hour`}
        points={points}
        window={{ from: now - BACK_HOURS * HOUR_MS, to: now }}
        now={now}
        target={target === null ? undefined : { value: target, label: format(target) }}
        format={format}
        width={room.width}
        called={called}
        notes={notes}
        onPoint={onPoint}
      />
      {spc && (
        <>
          <h3>By day, to the Making Data Count rules</h3>
          <SpcChart
            label={`${title}, by the day`}
            series={seriesOf(spc, reason, target)}
            format={format}
            now={now}
            width={room.width}
            notes={onDays(
              notes,
              spc.points.map((each) => Date.parse(each.at)),
            )}
          />
        </>
      )}
      {!spc && reason && <p class="quiet explain-note">{reason}</p>}
      {spc && limits}
    </div>
  );
}
