import type { Alert, AlertState } from "../../api/ahead";
import { probability } from "../../format/number";
import { age, momentBeside } from "../../format/time";
import { Skill } from "../skill/skill";
import { Region } from "../table/region";
import type { Sheet } from "../table/sheet";
import { TakeAway } from "../table/take-away";
import "./alert-row.css";

/** When it breaches, in two lines. */
export function whenOf(alert: Alert, now: number): [string, string] {
  const moment = momentBeside(alert.at, now);
  const span = alert.range
    ? `${momentBeside(alert.range.from, now)} to ${momentBeside(alert.range.to, now)}`
    : "";
  switch (alert.state) {
    case "breached":
      return [`Breached ${moment}`, `${age(now - alert.at)} ago`];
    case "expected":
      return [`Likely ${moment}`, span || `in ${age(alert.at - now)}`];
    case "silent":
      return [`Silent ${moment}`, `${age(now - alert.at)} ago`];
    case "silenced":
      return [`to ${moment}`, ""];
    case "resolved":
      return [`Ended ${moment}`, ""];
    default:
      return [`since ${moment}`, ""];
  }
}

const order: Record<AlertState, number> = {
  breached: 1,
  expected: 1,
  silent: 2,
  inhibited: 3,
  silenced: 3,
  resolved: 4,
};

/** Whether somebody has something to do about it. */
export const isOpen = ({ state }: Alert) => order[state] < 3;

/** What no one has taken comes first, then what breaches soonest, then silent feeds, then what is held back or over. */
export function bySoonest(alerts: Alert[]): Alert[] {
  const rank = ({ state, owner }: Alert) => (order[state] < 3 && owner === null ? 0 : order[state]);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || a.at - b.at || a.id.localeCompare(b.id));
}

export interface AlertRowProps {
  alert: Alert;
  now: number;
  onTake?(id: string): void;
}

/** Where, what, how bad against which line, when, how sure, and who has it. */
export function AlertRow({ alert, now, onTake }: AlertRowProps) {
  const [when, beside] = whenOf(alert, now);
  return (
    <tr class="alert" data-state={alert.state}>
      <td class="alert-edge">
        <span class="hidden">{alert.state}</span>
      </td>
      <th scope="row">
        <b>{alert.where}</b>
        <span>{alert.what}</span>
      </th>
      <td class="alert-bad">
        <b>{alert.value}</b> <span class="quiet">{alert.against}</span>
      </td>
      <td>
        <b>{when}</b>
        {beside && <span class="quiet">{beside}</span>}
      </td>
      <td>
        {alert.probability === null ? (
          <span class="quiet">{alert.state === "silent" ? "no forecast" : "fact"}</span>
        ) : (
          <>
            <b class="alert-sure">{probability(alert.probability)}</b>
            {alert.skill && <Skill score={alert.skill} />}
          </>
        )}
      </td>
      <td>
        {alert.owner === null && isOpen(alert) ? (
          onTake ? (
            <button type="button" class="alert-take" onClick={() => onTake(alert.id)}>
              No one yet: take it
            </button>
          ) : (
            <b>No one yet</b>
          )
        ) : (
          <>
            <span>{alert.owner ?? ""}</span>
            <span class="quiet">
              {alert.note ??
                (alert.ownedSince === null ? "" : `since ${momentBeside(alert.ownedSince, now)}`)}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

/** The alerts as text, for copy and export, in the order in which they are shown. */
export const sheetOfAlerts = (alerts: Alert[], now: number): Sheet => [
  ["Where", "What", "How bad", "Breach", "Range or age", "How sure", "Who has it"],
  ...bySoonest(alerts).map((alert) => [
    alert.where,
    alert.what,
    `${alert.value} ${alert.against}`.trim(),
    ...whenOf(alert, now),
    alert.probability === null ? "" : probability(alert.probability),
    alert.owner ?? "no one yet",
  ]),
];

export interface AlertListProps {
  id: string;
  /** Left out, no one has looked, and nothing is drawn. Empty: the server says there is none. */
  alerts?: Alert[];
  now: number;
  label?: string;
  onTake?(id: string): void;
}

/** What needs someone, in the order in which it needs them. */
export function AlertList({ id, alerts, now, label = "Needs attention now", onTake }: AlertListProps) {
  if (!alerts) return null;
  const open = alerts.filter(isOpen);
  const unowned = open.filter((each) => each.owner === null).length;
  const held = alerts.filter((each) => order[each.state] === 3).length;
  const told = [`${open.length} open`, unowned && `${unowned} with no one`, held && `${held} held back`];
  return (
    <div class="alerts">
      <div class="alerts-head">
        <h2 id={id}>
          {label} <span>{told.filter(Boolean).join(" · ")}</span>
        </h2>
        <TakeAway title={label} sheet={() => sheetOfAlerts(alerts, now)} now={now} />
      </div>
      {alerts.length === 0 ? (
        <p class="nothing">Nothing is past its line, and nothing is expected to be.</p>
      ) : (
        <Region label={label}>
          <table aria-labelledby={id}>
            <thead>
              <tr>
                <th scope="col">
                  <span class="hidden">State</span>
                </th>
                <th scope="col">Where and what</th>
                <th scope="col">How bad, against the line</th>
                <th scope="col">Breach, range</th>
                <th scope="col">How sure, skill</th>
                <th scope="col">Who has it</th>
              </tr>
            </thead>
            <tbody>
              {bySoonest(alerts).map((alert) => (
                <AlertRow key={alert.id} alert={alert} now={now} onTake={onTake} />
              ))}
            </tbody>
          </table>
        </Region>
      )}
    </div>
  );
}
