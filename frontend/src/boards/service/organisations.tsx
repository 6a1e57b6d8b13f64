import type { ComponentChildren } from "preact";
import type { ServiceProvider } from "../../api/types";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { cellOf } from "../../components/table/sheet";
import type { Drawn } from "./board";
import { Reading } from "./matrix";

/** A column of what organisations report of themselves. */
export interface ReportedPlan {
  measure: string;
  title: string;
  note: string;
}

export interface OrganisationsProps {
  id: string;
  title: string;
  note?: ComponentChildren;
  of: ReportedPlan[];
  rows: ServiceProvider[];
  drawn: Drawn;
}

/** Organisations and what they report, in half the width of a board. */
export function Organisations({ id, title, note, of, rows, drawn }: OrganisationsProps) {
  const columns: DataColumn<ServiceProvider>[] = [
    { key: "name", title: "Organisation", cell: (row) => row.short_name, text: (row) => row.short_name },
    ...of.map(({ measure, title: heading, note }) => ({
      key: measure,
      title: heading,
      note,
      figure: true,
      sortBy: (row: ServiceProvider) => row.measures[measure]?.value ?? null,
      cell: (row: ServiceProvider) => (
        <Reading
          measure={measure}
          site={row.code}
          value={row.measures[measure]}
          label={`${heading}, ${note}, ${row.name}`}
          now={drawn.now}
        />
      ),
      text: (row: ServiceProvider) => cellOf(row.measures[measure], drawn.now),
    })),
  ];
  return (
    <section class="card half">
      <DataTable
        id={id}
        title={title}
        note={note}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.code}
        now={drawn.now}
        empty="Nobody reports these figures yet."
      />
    </section>
  );
}
