import { useState } from "preact/hooks";
import type { DeclarationSteps, Deed, OpelStepTaken } from "../../api/opel";
import type { OpelLevel } from "../../api/types";
import { momentBeside } from "../../format/time";
import { byWhom } from "../../format/who";
import { Form, useSending } from "../form/form";
import { OpelChip, opelWords } from "./opel-chip";
import "./declaration.css";

const stepWords: Record<OpelStepTaken["kind"], string> = {
  proposed: "Proposed",
  validated: "Validated",
  agreed: "Agreed",
  refused: "Refused",
};

/** "Proposed by control centre, 14:10". */
export const stepInWords = (step: OpelStepTaken, now: number) =>
  `${stepWords[step.kind]} by ${byWhom(step.who)}, ${momentBeside(Date.parse(step.at), now)}`;

/** Who did what on the way to a declared level, and why. */
export function Steps({ declaration, now }: { declaration: DeclarationSteps; now: number }) {
  return (
    <ol class="declaration-steps">
      {declaration.steps.map((step) => (
        <li key={step.kind}>
          {stepInWords(step, now)}
          {step.why && <q>{step.why}</q>}
        </li>
      ))}
    </ol>
  );
}

/** What may follow an open declaration. */
export const deedsOf = (state: DeclarationSteps["state"]): Deed[] =>
  state === "proposed" ? ["validate", "refuse"] : state === "validated" ? ["agree", "refuse"] : [];

const deedWords: Record<Deed, string> = {
  validate: "Validate: it is right",
  agree: "Agree: declare it",
  refuse: "Refuse",
};

export interface DecideProps {
  declaration: DeclarationSteps;
  onDeed(deed: Deed, why: string): Promise<unknown>;
}

/** The next step of an open declaration, for those who may take it. */
export function Decide({ declaration, onDeed }: DecideProps) {
  const [why, setWhy] = useState("");
  const { sending, wrong, refuse, send } = useSending();
  const take = (deed: Deed) => {
    if (deed === "refuse" && !why.trim()) return refuse("Say why it is refused.");
    send(() => onDeed(deed, why.trim()).then(() => setWhy("")));
  };
  const deeds = deedsOf(declaration.state);
  return (
    <Form label="The next step" wrong={wrong} onSubmit={() => deeds[0] && take(deeds[0])}>
      <label class="form-wide">
        Why <span class="quiet">a refusal needs it; names nobody</span>
        <input value={why} maxLength={200} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <div class="form-buttons">
        {deeds.map((deed, index) => (
          <button
            key={deed}
            type={index === 0 ? "submit" : "button"}
            class={index === 0 ? "button button-first" : "button"}
            disabled={sending}
            onClick={index === 0 ? undefined : () => take(deed)}
          >
            {deedWords[deed]}
          </button>
        ))}
      </div>
    </Form>
  );
}

const LEVELS: OpelLevel[] = [1, 2, 3, 4];

/** A level to propose, and why. */
export function Propose({
  declared,
  onPropose,
}: {
  declared: OpelLevel | null;
  onPropose(level: OpelLevel, why: string): Promise<unknown>;
}) {
  const [level, setLevel] = useState<OpelLevel | null>(null);
  const [why, setWhy] = useState("");
  const { sending, wrong, refuse, send } = useSending();
  const propose = () => {
    if (level === null) return refuse("Choose a level.");
    send(() => onPropose(level, why.trim()));
  };
  return (
    <Form label="Propose a level" wrong={wrong} onSubmit={propose}>
      <fieldset class="declaration-levels">
        <legend>Level</legend>
        {LEVELS.map((each) => (
          <label key={each} class="form-check">
            <input
              type="radio"
              name="level"
              checked={level === each}
              disabled={declared === each}
              onChange={() => setLevel(each)}
            />
            <OpelChip level={each} />
            <span>
              {opelWords[each]}
              {declared === each && <span class="quiet">, declared already</span>}
            </span>
          </label>
        ))}
      </fieldset>
      <label class="form-wide">
        Why <span class="quiet">everybody reads it; names nobody</span>
        <input value={why} required maxLength={200} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button button-first" disabled={sending}>
        Propose
      </button>
    </Form>
  );
}
