import type { ComponentChildren } from "preact";
import type { Site, Value } from "../../api/types";
import { Figure } from "../figure/figure";
import { besideLabel } from "./wall-figure";
import "./wall-table.css";

export interface WallRow {
  key: string;
  label: string;
  note?: string;
  measure: string;
  /** As a wall may show it. */
  value(site: Site): Value | undefined;
  stands(site: Site): "past" | "within" | "no line";
  /** What is drawn under the figure. */
  draw?(site: Site): ComponentChildren;
}

/** A row of what is ahead, in place of a reading. */
export interface AheadRow {
  label: string;
  note: ComponentChildren;
  draw(site: Site): ComponentChildren;
}

export interface WallTableProps {
  id: string;
  sites: Site[];
  rows: WallRow[];
  /** Left out where nothing is known of what is ahead. */
  ahead?: AheadRow;
  now: number;
  /** What stands before a site's name: its level, where it has one. */
  mark?(site: Site): ComponentChildren;
}

/** Sites side by side, the worst first, a measure a row: a table turned so that it is read from afar. */
export function WallTable({ id, sites, rows, ahead, now, mark }: WallTableProps) {
  return (
    <table class="wall-table" aria-labelledby={id}>
      <thead>
        <tr>
          <td />
          {sites.map((site) => (
            <th key={site.code} scope="col">
              <span class="wall-site">
                {mark?.(site)}
                <span class="wall-site-name">{site.short_name}</span>
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} data-row={row.key}>
            <th scope="row">
              {row.label}
              {row.note && <span class="wall-note">{row.note}</span>}
            </th>
            {sites.map((site) => {
              const value = row.value(site);
              const beside = besideLabel(value, now);
              return (
                <td key={site.code} data-stands={row.stands(site)}>
                  {value && (
                    <Figure
                      measure={row.measure}
                      site={site.code}
                      value={value}
                      now={now}
                      label={`${row.label}, ${site.short_name}`}
                      bare
                    />
                  )}
                  {beside && <span class="wall-beside">{beside}</span>}
                  {row.draw?.(site)}
                </td>
              );
            })}
          </tr>
        ))}
        {ahead && (
          <tr class="wall-ahead">
            <th scope="row">
              {ahead.label}
              <span class="wall-note">{ahead.note}</span>
            </th>
            {sites.map((site) => (
              <td key={site.code}>{ahead.draw(site)}</td>
            ))}
          </tr>
        )}
      </tbody>
    </table>
  );
}
