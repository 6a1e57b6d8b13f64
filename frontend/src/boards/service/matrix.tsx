import type { Measures, Site, Value } from "../../api/types";
import { Figure } from "../../components/figure/figure";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { cellOf } from "../../components/table/sheet";
import type { Drawn } from "./board";

export interface MatrixRow {
  measure: string;
  label: string;
}

export interface MatrixProps {
  id: string;
  title: string;
  /** What the rows are: "Waiting for". */
  heading: string;
  rows: MatrixRow[];
  sites: Site[];
  drawn: Drawn;
}

/** Measures of one kind down, the system and its sites across: where the most of each is. */
export function Matrix({ id, title, heading, rows, sites, drawn }: MatrixProps) {
  const { overview, totals } = drawn.picture;
  const column = (key: string, name: string, measures: Measures): DataColumn<MatrixRow> => ({
    key,
    title: name,
    figure: true,
    sortBy: ({ measure }) => measures[measure]?.value ?? null,
    cell: ({ measure, label }) => (
      <Reading
        measure={measure}
        site={key}
        value={measures[measure]}
        label={`${label}, ${name}`}
        now={drawn.now}
      />
    ),
    text: ({ measure }) => cellOf(measures[measure], drawn.now),
  });
  const columns: DataColumn<MatrixRow>[] = [
    {
      key: "what",
      title: heading,
      cell: ({ label }) => label,
      text: ({ label }) => label,
    },
    column("system", "All", totals),
    ...sites.map((site) => column(site.code, site.short_name, site.measures)),
  ];
  return (
    <DataTable
      id={id}
      title={title}
      columns={columns}
      rows={rows}
      rowKey={({ measure }) => measure}
      now={drawn.now}
      empty={`No figures of ${overview.system.name}.`}
    />
  );
}

interface ReadingProps {
  measure: string;
  site: string;
  value: Value | undefined;
  label: string;
  now: number;
}

/** A reading in a cell, or a dash where it cannot be. */
export function Reading({ measure, site, value, label, now }: ReadingProps) {
  if (!value || value.absent === "not_applicable")
    return (
      <span class="quiet" title="not applicable">
        –<span class="hidden"> not applicable</span>
      </span>
    );
  return <Figure measure={measure} site={site} value={value} now={now} label={label} />;
}
