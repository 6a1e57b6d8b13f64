import { useState } from "preact/hooks";
import { fetchQuarantine, replay } from "../../api/client";
import type { QuarantineItem } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { count } from "../../format/number";
import { momentBeside } from "../../format/time";
import { usePages } from "../frame/pages";
import { More, said } from "./feed-detail";

const states: Record<QuarantineItem["state"], string> = {
  held: "held",
  mended: "mended, not replayed",
  replayed: "replayed",
  expired: "expired",
};

export interface QuarantineProps {
  now: number;
  /** Changes when something was refused, mended or replayed. */
  moved: string;
  mayReplay: boolean;
}

/** What the doors refused, redacted, to be looked at and sent again. */
export function Quarantine({ now, moved, mayReplay }: QuarantineProps) {
  const pages = usePages<QuarantineItem>(fetchQuarantine, moved);
  const [shown, setShown] = useState<QuarantineItem | null>(null);
  const moment = (row: QuarantineItem) => momentBeside(Date.parse(row.last_received_at), now);
  const columns: DataColumn<QuarantineItem>[] = [
    {
      key: "received",
      title: "Received",
      note: "last",
      sortBy: (row) => row.last_received_at,
      cell: (row) => (
        <button type="button" class="feed-open" onClick={() => setShown(row)}>
          {moment(row)}
        </button>
      ),
      text: moment,
    },
    {
      key: "source",
      title: "Source",
      sortBy: (row) => row.source,
      cell: (row) => row.source ?? "not told",
      text: (row) => row.source ?? "",
    },
    {
      key: "type",
      title: "Type",
      sortBy: (row) => row.type,
      cell: (row) => row.type ?? "not told",
      text: (row) => row.type ?? "",
    },
    {
      key: "field",
      title: "Field",
      sortBy: (row) => row.field,
      cell: (row) => row.field && <code>{row.field}</code>,
      text: (row) => row.field ?? "",
    },
    { key: "reason", title: "Why it was refused", cell: (row) => row.reason, text: (row) => row.reason },
    {
      key: "times",
      title: "Times",
      figure: true,
      sortBy: (row) => row.times,
      cell: (row) => count(row.times),
      text: (row) => count(row.times),
    },
    {
      key: "state",
      title: "State",
      sortBy: (row) => row.state,
      cell: (row) => states[row.state],
      text: (row) => row.state,
    },
  ];
  return (
    <section class="card">
      <DataTable
        id="quarantine"
        title="Quarantine"
        level={2}
        columns={columns}
        rows={pages.items}
        rowKey={(row) => row.id}
        now={now}
        empty={said(pages, "Nothing that came was refused.")}
      />
      <More pages={pages} />
      {shown && (
        <Dialog id="refused" label="A refused payload" form="panel" onClose={() => setShown(null)}>
          <Payload item={shown} now={now} mayReplay={mayReplay} onSent={pages.again} />
        </Dialog>
      )}
    </section>
  );
}

interface PayloadProps {
  item: QuarantineItem;
  now: number;
  mayReplay: boolean;
  onSent(): void;
}

function Payload({ item, now, mayReplay, onSent }: PayloadProps) {
  const [why, setWhy] = useState("");
  const [told, setTold] = useState("");
  const [sending, setSending] = useState(false);
  const open = item.state === "held" || item.state === "mended";
  const send = () => {
    setSending(true);
    replay(item.id, why.trim())
      .then(
        ({ accepted, duplicate, quarantined }) =>
          setTold(
            quarantined > 0
              ? "Refused again; the list says why."
              : `Taken: ${count(accepted)} new, ${count(duplicate ?? 0)} known already.`,
          ),
        (error: Error) => setTold(error.message),
      )
      .finally(() => {
        setSending(false);
        onSent();
      });
  };
  return (
    <div class="payload">
      <h2>{item.type ?? "A payload"}, refused</h2>
      <p>{item.reason}</p>
      <dl>
        {[
          ["Source", item.source ?? "not told"],
          ["Field", item.field ?? "the whole of it"],
          ["First received", momentBeside(Date.parse(item.received_at), now)],
          ["Last received", momentBeside(Date.parse(item.last_received_at), now)],
          ["Times", count(item.times)],
          ["State", states[item.state]],
          ["Kept until", momentBeside(Date.parse(item.expires_at), now)],
        ].map(([term, words]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <h3>As it may be shown</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{JSON.stringify(item.redacted, null, 2)}</pre>
      <p class="quiet">Its bytes stay sealed. Only what is shown here leaves the server.</p>
      {mayReplay && open && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <label>
            Why <span class="quiet">for the audit; names nobody</span>
            <input value={why} maxLength={200} onInput={(event) => setWhy(event.currentTarget.value)} />
          </label>
          <button type="submit" class="payload-send" disabled={sending}>
            Send it through the door again
          </button>
        </form>
      )}
      {open && !mayReplay && <p class="quiet">A feed engineer can send it again.</p>}
      <p aria-live="polite">{told}</p>
    </div>
  );
}
