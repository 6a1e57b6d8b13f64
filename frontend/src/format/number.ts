import type { Value } from "../api/types";

const MINUS = "\u2212";
export const EN_DASH = "\u2013";
/** One to four people, where a count so small may not be shown. */
export const SMALL_NUMBER = "under 5";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const trueMinus = (text: string) => (text === "-0" ? "0" : text.replace("-", MINUS));

/** 2,673, with a true minus. */
export const count = (value: number) => trueMinus(whole.format(value));

/** A share of 0 to 1 with one decimal: 14.4%. */
export const percent = (share: number) =>
  `${trueMinus(oneDecimal.format(share * 100)).replace(/^−0\.0$/, "0.0")}%`;

/** OPEL points: 17, and 13.3 of a mean. */
export const points = (value: number) => (Number.isInteger(value) ? count(value) : oneDecimal.format(value));

/** A probability has no decimals, and is never shown as nought or as certain. */
export function probability(share: number): string {
  if (share < 0.01) return "under 1%";
  if (share > 0.99) return "over 99%";
  return `${count(share * 100)}%`;
}

/** A spare amount carries its sign: +13, −18, 0. */
export const signed = (value: number) => (Math.round(value) > 0 ? `+${count(value)}` : count(value));

/** 29 min up to two hours, then 7 h 20. */
export function minutes(value: number): string {
  const rounded = Math.round(value);
  if (Math.abs(rounded) < 120) return `${count(rounded)} min`;
  return `${count(Math.trunc(rounded / 60))} h ${String(Math.abs(rounded) % 60).padStart(2, "0")}`;
}

/** A figure in two parts, so that its unit can be set smaller. */
export interface Shown {
  figure: string;
  unit: string;
}

/** How a reading is written; an absent one is an en dash. */
export function shown(value: Value): Shown {
  if (value.absent === "suppressed") return { figure: SMALL_NUMBER, unit: "" };
  if (value.value === null || value.absent !== null) return { figure: EN_DASH, unit: "" };
  if (value.unit === "share") return { figure: percent(value.value), unit: "" };
  if (value.unit === "days") return { figure: oneDecimal.format(value.value), unit: "days" };
  if (value.unit === "spare_beds") return { figure: signed(value.value), unit: "" };
  if (value.unit === "hours") return { figure: count(value.value), unit: "h" };
  if (value.unit === "minutes") {
    const text = minutes(value.value);
    return text.endsWith(" min") ? { figure: text.slice(0, -4), unit: "min" } : { figure: text, unit: "" };
  }
  return { figure: count(value.value), unit: "" };
}

export function inWords(value: Value): string {
  const { figure, unit } = shown(value);
  return unit ? `${figure} ${unit}` : figure;
}

/** The counts a percentage or a mean rests on: "17 of 118", "n 71". */
export function counts(value: Value): string {
  if (value.absent !== null) return "";
  if (value.unit === "share" && value.numerator !== null && value.denominator !== null)
    return `${count(value.numerator)} of ${count(value.denominator)}`;
  return value.n === null || value.unit !== "minutes" ? "" : `n ${count(value.n)}`;
}

const absentWords: Record<NonNullable<Value["absent"]>, string> = {
  not_applicable: "not applicable",
  feed_silent: "feed silent",
  not_due: "not due",
  not_provided: "not provided",
  suppressed: `${SMALL_NUMBER}, withheld`,
};

/** Why there is no reading, short enough for a cell. */
export const absence = (value: Value) => (value.absent === null ? "" : absentWords[value.absent]);

/** Why there is no reading, in full: "not applicable: no type 1 ED". */
export function absenceInFull(value: Value): string {
  const short = absence(value);
  if (!value.reason) return short;
  return value.reason.toLowerCase().startsWith(short) ? value.reason : `${short}: ${value.reason}`;
}
