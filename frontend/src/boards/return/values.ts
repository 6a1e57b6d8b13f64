import type { GaugeReading, ReturnGauge, ReturnLineAnswer } from "../../api/returns";
import type { Unit } from "../../api/types";
import type { Sheet } from "../../components/table/sheet";
import { age, momentBeside } from "../../format/time";

/** What stands behind a field; a share is typed as a percentage. */
const unitWords: Record<Unit, string> = {
  people: "people",
  beds: "beds",
  spare_beds: "beds",
  minutes: "minutes",
  share: "%",
  count: "",
  hours: "hours",
  days: "days",
};
export const unitInWords = (unit: Unit) => unitWords[unit];

const plain = (value: number) => Number(value.toPrecision(12)).toString();

/** A value as it is typed: 0.7 of a share is 70. */
export const asTyped = (value: number, unit: Unit) => plain(unit === "share" ? value * 100 : value);

/** What was typed as a value, null where it is no number; 2,673 and 70% are numbers. */
export function numberTyped(typed: string, unit: Unit): number | null {
  const text = typed.trim().replace(/^[\u2212-]/, "-");
  const match = /^(-?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*%?$/.exec(text);
  if (!match || (match[2] === undefined && match[3] === undefined)) return null;
  if (text.endsWith("%") && unit !== "share") return null;
  const number = Number(`${match[1]}${(match[2] ?? "0").replaceAll(",", "")}${match[3] ?? ""}`);
  return unit === "share" ? Number((number / 100).toPrecision(12)) : number;
}

const groupWords: Record<string, string> = {
  nhs111: "NHS 111",
  primary_care: "Primary care",
  social_care: "Social care",
  community: "Community services",
  mental_health: "Mental health",
  maternity: "Maternity",
  staffing: "Staffing",
  reported: "Own return",
};

/** The gauges by what they are about, in the order they come. */
export function grouped(gauges: ReturnGauge[]): { name: string; gauges: ReturnGauge[] }[] {
  const found = new Map<string, ReturnGauge[]>();
  for (const gauge of gauges) {
    const word = gauge.measure.split(".")[0] ?? "";
    found.set(word, [...(found.get(word) ?? []), gauge]);
  }
  return [...found].map(([word, gauges]) => ({
    name: groupWords[word] ?? word.replaceAll("_", " "),
    gauges,
  }));
}

/** "14 beds", and under it "since 09:00, 3 h 20 ago, typed". */
export function lastInWords(last: GaugeReading | null, unit: Unit, now: number): [string, string] {
  if (last === null) return ["never reported", ""];
  const at = Date.parse(last.at);
  const over = last.until !== null && Date.parse(last.until) <= now;
  const words = unitInWords(unit);
  const value =
    words === "%" ? `${asTyped(last.value, unit)}%` : `${asTyped(last.value, unit)} ${words}`.trim();
  const parts = [momentBeside(at, now), `${age(now - at)} old`];
  if (over) parts.push("no longer stands");
  if (last.typed) parts.push("typed");
  return [value, parts.join(", ")];
}

/** What is typed on a line, whether it was looked at again, and what became of it. */
export interface Line {
  typed: string;
  sure: boolean;
  answer: ReturnLineAnswer | null;
}

/** The gauges as the table shows them, for copy and export. */
export const sheetOfGauges = (gauges: ReturnGauge[], lines: Record<string, Line>, now: number): Sheet => [
  ["Figure", "Last", "Last, of when", "Now, as typed", "Unit", "What became of it"],
  ...gauges.map(({ measure, title, last, unit }) => {
    const line = lines[measure];
    return [
      title,
      ...lastInWords(last, unit, now),
      line?.typed.trim() ?? "",
      unitInWords(unit),
      line?.answer ? outcomeInWords(line.answer) : "",
    ];
  }),
];

/** What became of a line. */
export function outcomeInWords({ outcome, reason, replaces }: ReturnLineAnswer): string {
  switch (outcome) {
    case "accepted":
      return replaces ? "Sent; it replaces what was typed for this moment" : "Sent";
    case "duplicate":
      return "Known already";
    case "refused":
      return `Refused: it ${reason ?? "cannot be taken"}`;
    case "confirm":
      return `It ${reason ?? "is far from the last"}`;
    default:
      return "";
  }
}
