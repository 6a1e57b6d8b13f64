import { get, send } from "./client";
import type { RebaseItem as Rebase, RebaseWanted } from "./generated";
import type { PageOf } from "./types";

export type { RebaseItem as Rebase, RebaseWanted } from "./generated";

/** The rebases of a chart, the latest day first, as known at a moment (now where null); a hundred at most. */
export function fetchRebases(measure: string, code: string, knownAt: number | null) {
  const asked = new URLSearchParams({ measure, code });
  if (knownAt !== null) asked.set("known_at", new Date(knownAt).toISOString());
  return get<PageOf<Rebase>>(`/api/v1/rebases?${asked}`);
}

export const declareRebase = (wanted: RebaseWanted) => send<Rebase>("/api/v1/rebases", wanted);
export const withdrawRebase = (id: string, why: string) =>
  send<Rebase>(`/api/v1/rebases/${id}/withdraw`, { why });
