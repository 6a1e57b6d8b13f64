import type { Value } from "../../api/types";
import { absenceInFull, inWords, SMALL_NUMBER } from "../../format/number";
import { countsFew, isFew } from "../../format/small";
import { ageInWords } from "../figure/figure";

/** What a table shows, as rows of text; the first row is its headings. */
export type Sheet = string[][];

/** A reading in a cell of a sheet: its figure with its age, or why there is none; small numbers withheld. */
export function cellOf(value: Value | undefined, now: number): string {
  if (!value) return "";
  if (value.absent !== null) return absenceInFull(value);
  if (countsFew(value)) return SMALL_NUMBER;
  const late = ageInWords(value, now);
  return late ? `${inWords(value)} (${late})` : inWords(value);
}

/** A number of people in a cell of a sheet: one to four are withheld, and none known is empty. */
export const peopleCell = (people: number | null): string =>
  people === null ? "" : isFew(people) ? SMALL_NUMBER : String(people);

// A spreadsheet runs a cell that begins with one of these.
const runs = /^[=+\-@\t\r]/;
const number = /^[+-]?[\d,]*\.?\d+%?$/;

function safe(text: string): string {
  const plain = text.replaceAll("\u2212", "-");
  return runs.test(plain) && !number.test(plain) ? `'${plain}` : plain;
}

const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** As a file of comma-separated values (RFC 4180). */
export const toCsv = (sheet: Sheet) =>
  `${sheet.map((row) => row.map((cell) => quoted(safe(cell))).join(",")).join("\r\n")}\r\n`;

/** As text that a spreadsheet or a message takes when pasted. */
export const toTabs = (sheet: Sheet) =>
  sheet.map((row) => row.map((cell) => safe(cell).replaceAll(/[\t\n\r]+/g, " ")).join("\t")).join("\n");

const stamp = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/London",
  dateStyle: "short",
  timeStyle: "short",
});

/** "sites-by-need-2026-01-12-1840.csv" */
export function fileName(title: string, at: number): string {
  const words = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${words}-${stamp.format(at).replace(" ", "-").replace(":", "")}.csv`;
}
