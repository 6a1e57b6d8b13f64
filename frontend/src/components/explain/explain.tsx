import type { ComponentChildren } from "preact";
import type { MeasureDefinition, Value } from "../../api/types";
import { absenceInFull, count, counts, inWords } from "../../format/number";
import { targetInWords } from "../../format/target";
import { age, date, momentBeside } from "../../format/time";
import { TakeAway } from "../table/take-away";
import { Spread, type SpreadRow, sheetOfSpread } from "./spread";
import "../dialog/panel.css";
import "./explain.css";

export interface ExplainProps {
  /** What the figure is called until its definition has come. */
  title: string;
  place: string;
  value: Value;
  now: number;
  /** Whether a past moment is shown. */
  past?: boolean;
  /** Null while it is being fetched, or "failed". */
  definition: MeasureDefinition | null | "failed";
  /** The same figure at every site, this one marked. */
  spread: SpreadRow[];
  /** Which sites those are: "acute hospitals". */
  peers: string;
  /** Its past: an SPC chart where it is daily, a line where it is not. Left out while the server keeps none. */
  history?: { title: string; chart: ComponentChildren };
  /** What people wrote on moments of it. */
  notes?: ComponentChildren;
}

/** The counts behind a figure, in words. */
function counted(value: Value, definition: MeasureDefinition | null) {
  if (value.unit === "share" && value.numerator !== null && value.denominator !== null)
    return (
      <>
        <b>{count(value.numerator)}</b> {definition?.numerator ?? ""} of <b>{count(value.denominator)}</b>{" "}
        {definition?.denominator ?? ""}
      </>
    );
  const alone = counts(value);
  return alone ? <b>{alone}</b> : null;
}

function freshness(value: Value, now: number): string {
  if (value.as_of === null && value.value !== null)
    return "Reported without a feed: how old it is, the history shows";
  if (value.as_of === null) return "No fact has been received for this figure";
  const at = Date.parse(value.as_of);
  const when = `newest fact ${momentBeside(at, now)}, ${age(now - at)} ago`;
  if (value.freshness === "live") return `On time: ${when}`;
  return value.freshness === "delayed" ? `Delayed: ${when}` : `Lost: ${when}. The last value is held`;
}

function Row({ term, children }: { term: string; children: ComponentChildren }) {
  if (children === null || children === "") return null;
  return (
    <div class="explain-row">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** "Explain this number": what it means, what it was counted from, how old it is, and the same figure elsewhere. */
export function Explain({
  title,
  place,
  value,
  now,
  past,
  definition,
  spread,
  peers,
  history,
  notes,
}: ExplainProps) {
  const known = definition === "failed" ? null : definition;
  const absent = value.absent !== null;
  return (
    <div class="explain">
      <h2>
        {known?.title ?? title}, {place}
      </h2>
      <p class="explain-figure" data-state={absent ? "absent" : value.freshness}>
        <span class="explain-value">{inWords(value)}</span>
        <span class="quiet">{absent ? absenceInFull(value) : counts(value)}</span>
      </p>
      <p class="quiet explain-moment">
        {past && "Past: "}
        {date(now)}, {momentBeside(now, now)}
      </p>
      <dl>
        {known && <Row term="Means">{known.definition}</Row>}
        {!absent && <Row term="Counted">{counted(value, known)}</Row>}
        {known && (
          <>
            <Row term="Window">{known.window}</Row>
            <Row term="Missing">{known.missing}</Row>
            <Row term="Source">{known.source}</Row>
            <Row term="Line">
              {known.target === null
                ? ""
                : `${targetInWords(known).replace(/^plan /, "")}${known.target_source ? `, ${known.target_source}` : ""}`}
            </Row>
          </>
        )}
        <Row term="Age">{freshness(value, now)}</Row>
      </dl>
      {definition === null && <p class="quiet explain-note">Fetching the definition.</p>}
      {definition === "failed" && (
        <p class="explain-note">
          The definition could not be fetched. The figure and its counts still stand.
        </p>
      )}
      {history && (
        <>
          <h3>{history.title}</h3>
          {history.chart}
        </>
      )}
      {notes}
      <div class="panel-head">
        <h3>
          Same figure, {peers}, {past ? "then" : "now"}
        </h3>
        <TakeAway
          title={`${known?.title ?? title}, ${peers}`}
          sheet={() => sheetOfSpread(known?.title ?? title, spread, now)}
          now={now}
        />
      </div>
      <Spread rows={spread} target={known?.target ?? null} />
      {known?.kind === "share" && (
        <p class="quiet explain-note">
          The system’s percentage comes from the counts, not from a mean of percentages.
        </p>
      )}
    </div>
  );
}
