import { useRef } from "preact/hooks";
import type { Value } from "../../api/types";
import { absence, absenceInFull, counts, inWords, SMALL_NUMBER, shown } from "../../format/number";
import { age, momentBeside } from "../../format/time";
import "./figure.css";

/** How old the newest fact is, in words; nothing while the figure is live. */
export function ageInWords(value: Value, now: number): string {
  if (value.as_of === null || value.freshness === "live") return "";
  const at = Date.parse(value.as_of);
  return value.freshness === "lost" ? `lost ${momentBeside(at, now)}` : `${age(now - at)} old`;
}

/** A cell has room for a few words: why a figure cannot be, where they say it, is more than that it cannot. */
const ROOM = 20;
const absenceInShort = (value: Value) =>
  value.absent === "not_applicable" && value.reason && value.reason.length <= ROOM
    ? value.reason
    : absence(value);

/** What stands under a figure: why it is absent, its age if it is late, or else its detail or its counts. */
export function detailOf(value: Value, now: number, size: FigureProps["size"], detail?: string): string {
  if (value.absent === "suppressed") return detail ?? value.reason ?? "withheld";
  if (value.absent !== null) return size === "headline" ? absenceInFull(value) : absenceInShort(value);
  const late = ageInWords(value, now);
  if (value.freshness === "lost" && size === "headline")
    return [late, counts(value)].filter(Boolean).join(", ");
  return late || (detail ?? counts(value));
}

/** What a screen reader says of the figure: what it is, then the words that are seen, then what they leave out. */
export function spoken(label: string, value: Value, now: number, under = "", suffix = ""): string {
  if (value.absent === "suppressed") return [label, SMALL_NUMBER, under || "withheld"].join(", ");
  if (value.absent !== null) {
    const why = absenceInFull(value);
    return [label, "no reading", why.startsWith(under) ? why : `${under}, ${why}`].join(", ");
  }
  const seen = [suffix ? `${inWords(value)} ${suffix}` : inWords(value), under];
  const rest = [counts(value), ageInWords(value, now)].filter((each) => !under.includes(each));
  return [label, ...seen, ...rest].filter(Boolean).join(", ");
}

export interface FigureProps {
  /** The measure's name: pressing the figure explains it. */
  measure: string;
  /** The site's code, or "system". */
  site: string;
  value: Value;
  /** Milliseconds since 1970, of the system's clock. */
  now: number;
  /** What the figure is and where, for those who cannot see its row and column. */
  label: string;
  size?: "row" | "headline";
  /** Stands in the place of the counts while there is nothing to say about age or absence. */
  detail?: string;
  /** A word after the figure: "waiting". */
  suffix?: string;
  /** The figure alone: its age and its absence are said beside it. */
  bare?: boolean;
}

/** One figure of one measure. It is a button: it opens "Explain this number". */
export function Figure({
  measure,
  site,
  value,
  now,
  label,
  size = "row",
  detail,
  suffix,
  bare,
}: FigureProps) {
  const { figure, unit } = shown(value);
  const before = useRef(figure);
  const changes = useRef(0);
  if (before.current !== figure) {
    before.current = figure;
    changes.current += 1;
  }
  const under = bare ? "" : detailOf(value, now, size, detail);
  const state =
    value.absent === null ? value.freshness : value.absent === "suppressed" ? "suppressed" : "absent";
  return (
    <button
      type="button"
      class={`figure figure-${size}`}
      data-measure={measure}
      data-site={site}
      data-state={state}
      aria-label={`${spoken(label, value, now, under, suffix)}. Explain`}
      title={value.absent === null ? undefined : absenceInFull(value)}
    >
      <span class="figure-line">
        {/* A new element at each change lets the underline begin again. */}
        <span key={changes.current} class={changes.current > 0 ? "figure-value changed" : "figure-value"}>
          {figure}
        </span>
        {unit && <small class="figure-unit">{` ${unit}`}</small>}
        {suffix && value.absent === null && <small class="figure-unit">{` ${suffix}`}</small>}
      </span>{" "}
      {under && (
        <span class={state === "lost" ? "figure-detail figure-detail-lost" : "figure-detail"}>{under}</span>
      )}
    </button>
  );
}
