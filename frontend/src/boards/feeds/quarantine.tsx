import { useState } from "preact/hooks";
import { fetchQuarantine } from "../../api/client";
import type { QuarantineItem } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { count } from "../../format/number";
import { momentBeside } from "../../format/time";
import { usePages } from "../frame/pages";
import { More, said } from "./feed-detail";
import { Payload, stateOf } from "./payload";

export interface QuarantineProps {
  now: number;
  /** Changes when something was refused, mended or replayed. */
  moved: string;
  mayMend: boolean;
}

/** What the doors refused, redacted, to be looked at and sent again. */
export function Quarantine({ now, moved, mayMend }: QuarantineProps) {
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
      cell: (row) => stateOf[row.state],
      text: (row) => stateOf[row.state],
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
          <Payload item={shown} now={now} mayMend={mayMend} onDone={pages.again} />
        </Dialog>
      )}
    </section>
  );
}
