import { get, send } from "./client";
import type { NoteItem, NoteWanted } from "./generated";
import type { PageOf } from "./types";

export type { NoteItem as Note, NoteWanted, Withdrawal as NoteWithdrawal } from "./generated";

export interface NotesAsked {
  scope: string;
  measure: string;
  from: number;
  to: number;
  /** As known then; as known now where null. */
  knownAt: number | null;
}

/** The notes that concern a place and a measure, the latest moment first; a hundred at most. */
export function fetchNotes({ scope, measure, from, to, knownAt }: NotesAsked) {
  const asked = new URLSearchParams({
    scope,
    measure,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
  if (knownAt !== null) asked.set("known_at", new Date(knownAt).toISOString());
  return get<PageOf<NoteItem>>(`/api/v1/notes?${asked}`);
}

export const writeNote = (wanted: NoteWanted) => send<NoteItem>("/api/v1/notes", wanted);
export const withdrawNote = (id: string, why: string) =>
  send<NoteItem>(`/api/v1/notes/${id}/withdraw`, { why });
