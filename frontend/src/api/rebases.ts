import { get, send } from "./client";
import type { NoteWithdrawal } from "./notes";
import type { PageOf } from "./types";

/** From which day the limits of a chart are worked out again; without its reason once it was withdrawn. */
export interface Rebase {
  id: string;
  measure: string;
  code: string;
  /** Of London: 2026-01-12. */
  day: string;
  reason: string | null;
  made_at: string;
  who: string;
  role: string;
  withdrawn: NoteWithdrawal | null;
}

export interface RebaseWanted {
  measure: string;
  code: string;
  day: string;
  reason: string;
}

/** The rebases of a chart, the latest day first, as known at a moment (now where null); a hundred at most. */
export function fetchRebases(measure: string, code: string, knownAt: number | null) {
  const asked = new URLSearchParams({ measure, code });
  if (knownAt !== null) asked.set("known_at", new Date(knownAt).toISOString());
  return get<PageOf<Rebase>>(`/api/v1/rebases?${asked}`);
}

export const declareRebase = (wanted: RebaseWanted) => send<Rebase>("/api/v1/rebases", wanted);
export const withdrawRebase = (id: string, why: string) =>
  send<Rebase>(`/api/v1/rebases/${id}/withdraw`, { why });
