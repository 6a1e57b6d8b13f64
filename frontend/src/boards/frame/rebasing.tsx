import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { PastMoment } from "../../api/client";
import type { SpcAdviceRow } from "../../api/history";
import { declareRebase, fetchRebases, type Rebase, withdrawRebase } from "../../api/rebases";
import { RebaseForm } from "../../components/rebases/rebase-form";
import { adviceInWords, RebaseList } from "../../components/rebases/rebase-list";
import { dayOf } from "../../format/london";
import { type Listed, useListed } from "./fetched";

/** Those of a figure's chart. When one was declared or withdrawn, the chart is another. */
export type Rebases = Listed<Rebase>;

/** The rebases of a figure's chart, as known at the moment that is shown. */
export function useRebases(measure: string, code: string, past: PastMoment | null): Rebases {
  const knownAt = past?.knownAt ?? null;
  const fetchIt = useCallback(() => fetchRebases(measure, code, knownAt), [measure, code, knownAt]);
  return useListed(`${measure} ${code}`, fetchIt);
}

export interface RebasingProps {
  rebases: Rebases;
  measure: string;
  code: string;
  now: number;
  advice: SpcAdviceRow | null;
  may: boolean;
}

/** From when a chart's limits are worked out again and why, whether that may be considered, and the form to say so. */
export function Rebasing({ rebases, measure, code, now, advice, may }: RebasingProps) {
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState("");
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) section.current?.querySelector("input")?.focus();
  }, [open]);
  const done = (words: string) => () => {
    setSaid(words);
    rebases.again();
  };
  const declare = (day: string, reason: string) =>
    declareRebase({ measure, code, day, reason }).then(done("The limits begin again from that day."));
  const withdraw = (id: string, why: string) =>
    withdrawRebase(id, why).then(done("Withdrawn: the limits are as they were."));
  if (!may && !advice && rebases.list.length === 0 && !rebases.failed) return null;
  return (
    <section ref={section} aria-label="Limits of the chart">
      {advice && <p class="explain-note">{adviceInWords(advice)}</p>}
      {rebases.failed && <p class="quiet explain-note">Who moved the limits, and why, could not be read.</p>}
      <RebaseList rebases={rebases.list} now={now} onWithdraw={may ? withdraw : undefined} />
      {open ? (
        <RebaseForm
          day={advice ? dayOf(Date.parse(advice.at)) : ""}
          today={dayOf(now)}
          onDeclare={declare}
          onClose={() => setOpen(false)}
        />
      ) : (
        may && (
          <button type="button" class="button notes-add no-print" onClick={() => setOpen(true)}>
            Begin the limits again
          </button>
        )
      )}
      <p aria-live="polite" class="quiet explain-note">
        {said}
      </p>
    </section>
  );
}
