import type { SpcAdviceRow } from "../../api/history";
import type { Rebase } from "../../api/rebases";
import { fromWallClock } from "../../format/london";
import { momentBeside, shortDate } from "../../format/time";
import { Withdraw } from "../notes/withdraw";
import "../notes/notes.css";

const called = (day: string) => shortDate(fromWallClock(`${day}T00:00`) ?? Date.parse(day));
const byWhom = (who: string) => who.replaceAll("-", " ");

/** What a shift at the end of a chart asks of people; the chart itself does nothing. */
export const adviceInWords = ({ at, points, side }: SpcAdviceRow) =>
  `${points} days in a row ${side > 0 ? "above" : "below"} the mean, since ${shortDate(Date.parse(at))}. ` +
  "Where somebody knows what changed then, and it is to last, the limits may begin again from that day.";

export interface RebaseListProps {
  rebases: Rebase[];
  now: number;
  /** Withdraws one; left out where the reader may not. */
  onWithdraw?: (id: string, why: string) => Promise<unknown>;
}

/** From which days the limits of a chart begin again, the latest first: why, and by whose word. */
export function RebaseList({ rebases, now, onWithdraw }: RebaseListProps) {
  if (rebases.length === 0) return null;
  return (
    <ul class="notes">
      {rebases.map((each) => (
        <li key={each.id} class={each.withdrawn ? "rebase note-withdrawn" : "rebase"}>
          <p class="note-when">
            <b>Limits from {called(each.day)}</b>
          </p>
          <p class="note-text">{each.reason ?? "Withdrawn; its words are not shown."}</p>
          <p class="quiet note-who">
            {byWhom(each.who)}, {momentBeside(Date.parse(each.made_at), now)}
            {each.withdrawn &&
              `; withdrawn by ${byWhom(each.withdrawn.who)}, ${momentBeside(Date.parse(each.withdrawn.at), now)}: ${each.withdrawn.why}`}
          </p>
          {onWithdraw && !each.withdrawn && each.reason !== null && (
            <Withdraw
              what={`the limits from ${called(each.day)}`}
              consequence="The limits are as they were before."
              onWithdraw={(why) => onWithdraw(each.id, why)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
