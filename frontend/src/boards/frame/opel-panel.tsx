import { useCallback, useState } from "preact/hooks";
import { get } from "../../api/client";
import { followLevel, type OpelTold, proposeLevel } from "../../api/opel";
import type { Overview } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { Decide, Propose, Steps } from "../../components/opel/declaration";
import { sheetOfParameters } from "../../components/opel/opel-breakdown";
import { OpelChip } from "../../components/opel/opel-chip";
import { levelInWords, OpelCell, scoreInWords } from "../../components/opel/opel-level";
import { OpelMembers, OpelParameters, summaryOf } from "../../components/opel/opel-short";
import { TakeAway } from "../../components/table/take-away";
import { momentBeside } from "../../format/time";
import { live } from "../../store";
import { view } from "../../store/view";
import "../../components/dialog/panel.css";
import { useFollowed } from "./following";
import { mayPropose } from "./levels";
import { useMe } from "./me";

export interface OpelPanelProps {
  /** A provider, or the system. */
  code: string;
  overview: Overview;
  now: number;
  onClose(): void;
}

/** A level: calculated parameter by parameter, declared beside it, and the steps by which people declare another. */
export function OpelPanel({ code: asked, overview, now, onClose }: OpelPanelProps) {
  const [code, setCode] = useState(asked);
  return (
    <Dialog id="opel" label="OPEL" form="panel" onClose={onClose}>
      <Level key={code} code={code} overview={overview} now={now} onOpen={setCode} />
    </Dialog>
  );
}

interface LevelProps {
  code: string;
  overview: Overview;
  now: number;
  onOpen(code: string): void;
}

function Level({ code, overview, now, onOpen }: LevelProps) {
  const path = `/api/v1/opel/${encodeURIComponent(code)}`;
  const followed = useFollowed<OpelTold>(path, overview.revision, true).answer;
  const [mine, setMine] = useState<OpelTold | null>(null);
  const past = live.past.value !== null;
  const me = useMe();
  const [said, setSaid] = useState("");
  // What was just done is shown at once, and not when the picture next moves.
  const again = useCallback(() => get<OpelTold>(path).then(setMine), [path]);
  const told = !past && mine && (!followed || mine.as_at > followed.as_at) ? mine : followed;
  if (!told) return <p class="quiet">Reading the level.</p>;
  const { calculated, declared, told: heard, proposed, parameters, members, name } = told.opel;
  const opel = summaryOf(calculated);
  const open = !past && !view.value.wall;
  const isSystem = code === overview.system.code;
  const done = (words: string) => () => {
    setSaid(words);
    return again();
  };
  return (
    <div class="opel-panel">
      <h2>OPEL, {name}</h2>
      <dl class="opel-beside">
        <div>
          <dt>Calculated</dt>
          <dd>
            <span class="opel-line">
              <OpelCell opel={opel} /> <b>{levelInWords(opel)}</b>
            </span>
            <span class="quiet">
              {scoreInWords(opel)}
              {calculated.indicative && ", indicative"}
            </span>
          </dd>
        </div>
        <div>
          <dt>Declared</dt>
          <dd>
            {declared ? (
              <>
                <span class="opel-line">
                  <OpelChip level={declared.level} size={22} /> <b>OPEL {declared.level}</b>
                </span>
                <span class="quiet">
                  {momentBeside(Date.parse(declared.since), now)}
                  {declared.why && `: ${declared.why}`}
                </span>
              </>
            ) : (
              <span class="quiet">Nothing is declared.</span>
            )}
          </dd>
        </div>
        {heard && (
          <div>
            <dt>Told by its feed</dt>
            <dd>
              <span class="opel-line">
                <OpelChip level={heard.level} size={22} /> <b>OPEL {heard.level}</b>
              </span>
              <span class="quiet">{momentBeside(Date.parse(heard.since), now)}</span>
            </dd>
          </div>
        )}
      </dl>
      {calculated.why && <p class="quiet">{calculated.why}.</p>}
      {proposed && (
        <section aria-label="The open declaration">
          <h3>
            OPEL {proposed.level}, {proposed.state}
          </h3>
          <Steps declaration={proposed} now={now} />
          {open &&
            (me?.may.includes("opel:decide") ? (
              <Decide
                declaration={proposed}
                onDeed={(deed, why) => followLevel(proposed.id, deed, why).then(done(doneWords[deed]))}
              />
            ) : (
              <p class="quiet explain-note">The control centre validates, agrees or refuses it.</p>
            ))}
        </section>
      )}
      {open && !proposed && mayPropose(me, code, overview) && (
        <section aria-label="Declare a level">
          <h3>Declare a level</h3>
          <p class="quiet">It is proposed, then validated and agreed by the control centre.</p>
          <Propose
            declared={declared?.level ?? null}
            onPropose={(level, why) =>
              proposeLevel(code, level, why).then(done(`OPEL ${level} is proposed.`))
            }
          />
        </section>
      )}
      <p aria-live="polite" class="explain-note">
        {said}
      </p>
      {parameters && parameters.length > 0 && (
        <>
          <div class="panel-head">
            <h3>Parameter by parameter</h3>
            <TakeAway
              title={`OPEL of ${name}, parameter by parameter`}
              sheet={() => sheetOfParameters(parameters, now)}
              now={now}
            />
          </div>
          <OpelParameters name={name} parameters={parameters} />
        </>
      )}
      {members && members.length > 0 && (
        <>
          <h3>Made of</h3>
          <OpelMembers members={members} onOpen={onOpen} />
        </>
      )}
      {!isSystem && (
        <p class="explain-note">
          <button type="button" class="opel-member" onClick={() => onOpen(overview.system.code)}>
            {overview.system.name}
          </button>
        </p>
      )}
      {declared && (
        <>
          <h3>How OPEL {declared.level} was declared</h3>
          <Steps declaration={declared} now={now} />
        </>
      )}
      <p class="quiet explain-note">{told.edition.name}.</p>
    </div>
  );
}

const doneWords = {
  validate: "Validated; it is to be agreed.",
  agree: "Agreed: it is declared from now on.",
  refuse: "Refused.",
};
