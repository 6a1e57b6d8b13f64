import type { Note } from "../../api/notes";
import type { DeclarationSteps } from "../../api/opel";
import type { Rebase } from "../../api/rebases";
import { Fan } from "../../components/fan/fan";
import { NotesList } from "../../components/notes/notes-list";
import { Decide, Propose, Steps } from "../../components/opel/declaration";
import { RebaseForm } from "../../components/rebases/rebase-form";
import { RebaseList } from "../../components/rebases/rebase-list";
import { Part, State } from "../state";
import { NOW } from "../values";

const HOUR = 3_600_000;
const rebase: Rebase = {
  id: "r1",
  measure: "discharge.no_criteria_to_reside",
  code: "RVV01",
  day: "2026-01-02",
  reason: "The transfer of care hub opened seven days a week",
  made_at: "2026-01-12T14:22:00Z",
  who: "planner",
  role: "planner",
  withdrawn: null,
};
const rebases: Rebase[] = [
  rebase,
  {
    ...rebase,
    id: "r2",
    day: "2025-12-20",
    reason: null,
    withdrawn: {
      at: "2026-01-12T15:00:00Z",
      who: "control-centre",
      role: "control_centre",
      why: "Wrong day",
    },
  },
];
const note = (number: number, change: Partial<Note>): Note => ({
  id: String(number),
  scope: "RVV01",
  scope_name: "William Harvey",
  measure: null,
  at: "2026-01-12T14:10:00Z",
  until: "2026-01-12T16:00:00Z",
  text: "CT scanner down; stroke patients to QEQM",
  made_at: "2026-01-12T14:22:00Z",
  who: "control-centre",
  role: "control_centre",
  withdrawn: null,
  ...change,
});
const notes = [
  note(1, {}),
  note(2, {
    scope: "QKS",
    scope_name: "NHS Kent and Medway",
    at: "2026-01-12T05:30:00Z",
    until: null,
    text: "Ice on the M20",
    who: "site-manager-rvv01",
  }),
  note(3, {
    at: "2026-01-11T23:00:00Z",
    until: null,
    text: null,
    withdrawn: {
      at: "2026-01-12T07:05:00Z",
      who: "control-centre",
      role: "control_centre",
      why: "The wrong hospital",
    },
  }),
];
const points = [78, 71, 66, 60, 58, 63, 74, 92, 108, 117, 121, 118].map((value, index) => ({
  at: NOW - (11 - index) * 2 * HOUR,
  value,
}));
const proposed: DeclarationSteps = {
  id: "1",
  organisation: "RVV",
  level: 4,
  calculated: null,
  state: "proposed",
  since: "2026-01-12T18:20:00Z",
  why: "CT out of use",
  steps: [
    {
      kind: "proposed",
      at: "2026-01-12T18:20:00Z",
      who: "site-manager-rvv01",
      role: "site_manager",
      why: "CT out of use",
    },
  ],
};
const nothing = () => Promise.resolve();

/** What people write and declare. */
export function People() {
  return (
    <>
      <Part
        name="Notes on moments"
        words="Numbered as the chart marks them; a withdrawn one keeps its place, without its words."
      >
        <State words="Marks under a chart">
          <Fan
            label="In ED, by the hour"
            points={points}
            window={{ from: NOW - 22 * HOUR, to: NOW }}
            now={NOW}
            format={String}
            width={380}
            notes={[
              {
                number: 1,
                from: Date.parse("2026-01-12T14:10Z"),
                to: Date.parse("2026-01-12T16:00Z"),
                words: "CT",
              },
              { number: 2, from: Date.parse("2026-01-12T05:30Z"), to: null, words: "Ice" },
            ]}
          />
        </State>
        <State words="The list beside it, for who may withdraw">
          <NotesList notes={notes} scope="RVV01" now={NOW} onWithdraw={nothing} mayWithdraw={() => true} />
        </State>
      </Part>
      <Part
        name="Limits that begin again"
        words="By a person's word alone, with what changed. The chart only advises."
      >
        <State words="Declared, and withdrawn">
          <RebaseList rebases={rebases} now={NOW} onWithdraw={nothing} />
        </State>
        <State words="To be declared">
          <RebaseForm day="2026-01-02" today="2026-01-12" onDeclare={nothing} onClose={nothing} />
        </State>
      </Part>
      <Part
        name="Declaring a level"
        words="Proposed, validated, agreed: who, when and why. Offered to those who may."
      >
        <State words="A level to propose">
          <Propose declared={2} onPropose={nothing} />
        </State>
        <State words="Open, for the control centre">
          <Steps declaration={proposed} now={NOW} />
          <Decide declaration={proposed} onDeed={nothing} />
        </State>
      </Part>
    </>
  );
}
