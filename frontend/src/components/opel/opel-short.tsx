import type { OpelMember } from "../../api/opel";
import type { OpelCalculated, OpelParameter } from "../../api/types";
import { absence, counts, inWords } from "../../format/number";
import { Region } from "../table/region";
import { levelInWords, OpelCell, scoreInWords } from "./opel-level";
import { PointsCells, PointsHeads, readingOf } from "./points";
import "./opel-breakdown.css";

/** A calculated level as the chip and the words take it. */
export const summaryOf = (calculated: OpelCalculated, local = false) => ({
  ...calculated,
  edition: "",
  local,
  declared: null,
  told: null,
  holds: null,
  breakdown: "",
});

/** A level parameter by parameter where there is little room: the reading, its points, and the way to the next band. */
export function OpelParameters({ name, parameters }: { name: string; parameters: OpelParameter[] }) {
  return (
    <Region label={`OPEL of ${name}, parameter by parameter`}>
      <table class="breakdown">
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" class="breakdown-number">
              now
            </th>
            <PointsHeads />
          </tr>
        </thead>
        <tbody>
          {parameters.map((each) => {
            const reading = readingOf(each);
            return (
              <tr key={each.code}>
                <th scope="row">
                  {each.name}
                  <span class="breakdown-note">
                    {each.absent === null ? counts(reading) : absence(reading)}
                    {each.note && ` ${each.note}`}
                  </span>
                </th>
                <td class="breakdown-number">
                  <b>{inWords(reading)}</b>
                </td>
                <PointsCells parameter={each} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </Region>
  );
}

/** The organisations that the system's level is made of, each to be opened. */
export function OpelMembers({ members, onOpen }: { members: OpelMember[]; onOpen(code: string): void }) {
  return (
    <ul class="opel-members">
      {members.map(({ code, name, calculated }) => {
        const opel = summaryOf(calculated);
        return (
          <li key={code}>
            <OpelCell opel={opel} />
            <button type="button" class="opel-member" onClick={() => onOpen(code)}>
              {name}
            </button>
            <span class="quiet">
              {levelInWords(opel)}, {scoreInWords(opel)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
