import type { Alert } from "../../api/ahead";
import { probability } from "../../format/number";
import { age, clockTime } from "../../format/time";
import { Skill } from "../skill/skill";
import { bySoonest, isOpen } from "./alert-row";
import "./alert-row.css";
import "./wall-alerts.css";

/** The most that are read from five metres. */
const MOST = 4;
const HOUR_MS = 3_600_000;

/** How soon: "Now" once it is past its line, "4 min" within the hour, else the clock. */
export function soonIn({ state, at }: Alert, now: number): string {
  if (state === "breached") return "Now";
  const left = at - now;
  return state === "expected" && left > 0 && left < HOUR_MS ? age(left) : clockTime(at);
}

/** What needs someone, for a wall: the four that come first, and how many there are. */
export function WallAlerts({ id, alerts, now }: { id: string; alerts: Alert[]; now: number }) {
  const open = bySoonest(alerts).filter(isOpen);
  const shown = open.slice(0, MOST);
  const many =
    open.length > shown.length ? `${shown.length} of ${open.length}, worst first` : `${open.length} open`;
  return (
    <section class="wall-alerts" aria-labelledby={id}>
      <h2 id={id}>
        Needs attention <span>{many}</span>
      </h2>
      {open.length === 0 ? (
        <p class="quiet">Nothing is past its line, and nothing is expected to be.</p>
      ) : (
        <ul>
          {shown.map((alert) => (
            <li key={alert.id} class="alert" data-state={alert.state}>
              <span class="alert-edge" aria-hidden="true" />
              <b class="wall-alert-soon">{soonIn(alert, now)}</b>
              <span class="wall-alert-what">
                <b>{alert.where}</b>
                <span>{alert.what}</span>
                <span class="wall-alert-who">
                  {alert.owner === null ? <b class="wall-alert-none">No one has it</b> : alert.owner}
                  {alert.probability !== null && ` ${probability(alert.probability)}`}
                  {alert.skill && <Skill score={alert.skill} />}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
