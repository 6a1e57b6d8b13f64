import { useCallback, useEffect, useState } from "preact/hooks";
import {
  fetchReturns,
  fetchSheet,
  type ReturnGauge,
  type ReturnLineAnswer,
  type ReturnProvider,
  type ReturnSheet,
  sendReturn,
} from "../../api/returns";
import { useSending } from "../../components/form/form";
import { fromWallClock, wallClock } from "../../format/london";
import { live } from "../../store";
import { useFetched } from "../frame/fetched";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { useMe } from "../frame/me";
import { PartHead } from "../frame/part-head";
import { Said } from "../frame/said";
import {
  grouped,
  type Line,
  lastInWords,
  numberTyped,
  outcomeInWords,
  sheetOfGauges,
  unitInWords,
} from "./values";
import "./return.css";

const HOUR_MS = 3_600_000;
const HOLDS: [string, number][] = [
  ["1 hour", 1],
  ["4 hours", 4],
  ["24 hours", 24],
  ["7 days", 168],
];

const blank: Line = { typed: "", sure: false, answer: null };

function Row({
  gauge,
  line,
  now,
  onChange,
}: {
  gauge: ReturnGauge;
  line: Line;
  now: number;
  onChange(line: Line): void;
}) {
  const [value, age] = lastInWords(gauge.last, gauge.unit, now);
  const outcome = line.answer && outcomeInWords(line.answer);
  const asks = line.answer?.outcome === "confirm";
  const id = `field-${gauge.measure}`;
  return (
    <tr data-outcome={line.answer?.outcome}>
      <th scope="row">
        <label for={id}>{gauge.title}</label>
        <span class="return-means" id={`${id}-means`}>
          {gauge.definition}
        </span>
      </th>
      <td class={gauge.last === null ? "return-last quiet" : "return-last"}>
        {value}
        <span class="return-age">{age}</span>
      </td>
      <td class="return-field">
        <input
          id={id}
          name={gauge.measure}
          inputMode="decimal"
          autocomplete="off"
          value={line.typed}
          aria-describedby={`${id}-means ${id}-said`}
          aria-invalid={line.answer?.outcome === "refused"}
          onInput={(event) => onChange({ ...blank, typed: event.currentTarget.value })}
        />{" "}
        {unitInWords(gauge.unit)}
      </td>
      <td class="return-said" id={`${id}-said`}>
        {outcome}
        {asks && (
          <label class="form-check">
            <input
              type="checkbox"
              checked={line.sure}
              onChange={(event) => onChange({ ...line, sure: event.currentTarget.checked })}
            />
            <span>It is right</span>
          </label>
        )}
      </td>
    </tr>
  );
}

const notANumber = (measure: string): ReturnLineAnswer => ({
  measure,
  outcome: "refused",
  reason: "is no number",
  replaces: false,
});

/** One organisation's gauges: what each last said, a field for what it says now, and what became of it. */
function Sheet({ provider, now }: { provider: ReturnProvider; now: number }) {
  const [sheet, setSheet] = useState<ReturnSheet | null | "failed">(null);
  const [lines, setLines] = useState<Record<string, Line>>({});
  const [at, setAt] = useState(() => wallClock(now));
  const [hold, setHold] = useState(24);
  const [said, setSaid] = useState("");
  const { sending, wrong, send } = useSending();
  const { code } = provider;
  const read = useCallback(() => {
    fetchSheet(code).then(setSheet, () => setSheet("failed"));
  }, [code]);
  useEffect(read, [read]);
  if (sheet === null) return <p class="nothing">Reading what {provider.name} last reported.</p>;
  if (sheet === "failed")
    return <p class="nothing">It could not be read. Choose the organisation again to try once more.</p>;
  const filled = sheet.items.filter((gauge) => lines[gauge.measure]?.typed.trim());
  const answered = (answers: ReturnLineAnswer[]) => {
    const by = new Map(answers.map((each) => [each.measure, each]));
    setLines((before) =>
      Object.fromEntries(
        Object.entries(before).map(([measure, line]) => [
          measure,
          { ...line, answer: by.get(measure) ?? line.answer },
        ]),
      ),
    );
  };
  const submit = () => {
    const moment = fromWallClock(at);
    if (moment === null) return setSaid("Say from when the values hold.");
    if (filled.length === 0) return setSaid("Nothing is typed yet.");
    const values = filled.map((gauge) => {
      const line = lines[gauge.measure] ?? blank;
      return { measure: gauge.measure, value: numberTyped(line.typed, gauge.unit), sure: line.sure };
    });
    const wrong = values.filter((each) => each.value === null);
    if (wrong.length > 0) {
      answered(wrong.map((each) => notANumber(each.measure)));
      return setSaid("Nothing was sent: one or more lines are no number.");
    }
    setSaid("");
    const wanted = {
      at: new Date(moment).toISOString(),
      until: new Date(moment + hold * HOUR_MS).toISOString(),
      values: values.map((each) => ({ ...each, value: each.value ?? 0 })),
    };
    send(() =>
      sendReturn(code, wanted).then((answer) => {
        answered(answer.lines);
        const asks = answer.lines.some((each) => each.outcome === "confirm");
        const refused = answer.lines.some((each) => each.outcome === "refused");
        setSaid(
          answer.sent
            ? refused
              ? "Sent, but for what was refused; each line says."
              : "Sent. The boards show it from now on."
            : refused
              ? "Nothing was sent: a line is refused, and says why."
              : asks
                ? "Nothing was sent yet: say of each surprising line that it is right, or correct it."
                : "",
        );
        if (answer.sent) read();
      }),
    );
  };
  return (
    <form
      class="return-form"
      aria-label={`The return of ${provider.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="form return-when">
        <div class="form-row">
          <label>
            From when it holds <span class="quiet">the same moment again corrects it</span>
            <input
              type="datetime-local"
              required
              value={at}
              max={wallClock(now)}
              onInput={(event) => setAt(event.currentTarget.value)}
            />
          </label>
          <label>
            For how long <span class="quiet">then it is no reading any more</span>
            <select value={hold} onChange={(event) => setHold(Number(event.currentTarget.value))}>
              {HOLDS.map(([words, hours]) => (
                <option key={hours} value={hours}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      {grouped(sheet.items).map(({ name, gauges }) => (
        <section key={name} class="return-group">
          <PartHead
            id={`group-${gauges[0]?.measure}`}
            level={3}
            title={name}
            away={{
              name: `${provider.name}, ${name}`,
              sheet: () => sheetOfGauges(gauges, lines, now),
              now,
            }}
          />
          <table aria-labelledby={`group-${gauges[0]?.measure}`}>
            <thead>
              <tr>
                <th scope="col">Figure</th>
                <th scope="col">Last</th>
                <th scope="col">Now</th>
                <th scope="col">
                  <span class="hidden">What became of it</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {gauges.map((gauge) => (
                <Row
                  key={gauge.measure}
                  gauge={gauge}
                  line={lines[gauge.measure] ?? blank}
                  now={now}
                  onChange={(line) => setLines({ ...lines, [gauge.measure]: line })}
                />
              ))}
            </tbody>
          </table>
        </section>
      ))}
      <div class="return-end">
        <button type="submit" class="button button-first" disabled={sending}>
          Send {filled.length > 0 ? `${filled.length} of ${sheet.items.length}` : "the return"}
        </button>
        <p aria-live="polite">{said || wrong}</p>
      </div>
    </form>
  );
}

function Desk({ shown, providers }: { shown: Shown; providers: ReturnProvider[] }) {
  const asked = new URL(location.href).searchParams.get("for");
  const [code, setCode] = useState(
    providers.find((each) => each.code === asked)?.code ?? providers[0]?.code ?? "",
  );
  const provider = providers.find((each) => each.code === code);
  return (
    <Main
      shown={shown}
      name="return"
      foot={["A typed value is kept as an event and can be corrected; the audit says who typed it."]}
    >
      <section class="card return-card">
        <h2>
          Type a return <span>for an organisation whose figures no feed sends</span>
        </h2>
        <label class="return-who form">
          Organisation
          <select value={code} onChange={(event) => setCode(event.currentTarget.value)}>
            {providers.map((each) => (
              <option key={each.code} value={each.code}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        {provider && <Sheet key={provider.code} provider={provider} now={live.liveNow.value ?? shown.now} />}
      </section>
    </Main>
  );
}

/** A page to type what an organisation without a feed reports. */
export function Page() {
  const me = useMe();
  return <Frame>{(_, shown) => <Asked may={me?.may ?? null} title={me?.title ?? ""} shown={shown} />}</Frame>;
}

function Asked({ may, title, shown }: { may: string[] | null; title: string; shown: Shown }) {
  const allowed = may?.includes("returns:write") ?? false;
  const providers = useFetched(fetchReturns, shown.isLive && allowed);
  if (may === null) return <Said>Waiting to know who asks.</Said>;
  if (!allowed)
    return (
      <Said>{`${title} may not type returns. Site managers, the control centre and feed engineers may.`}</Said>
    );
  if (shown.wall)
    return (
      <Main shown={shown} name="return" foot={[]}>
        <p class="card return-wall">A return is typed at a desk: press W to leave the wall.</p>
      </Main>
    );
  if (live.past.value) return <Said>Go back to now to type a return.</Said>;
  if (!providers) return <Said>Reading for whom you may type a return.</Said>;
  return <Desk shown={shown} providers={providers} />;
}
