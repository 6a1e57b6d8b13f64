import { get, send } from "./client";
import type { PageOf } from "./types";

/** A note on a moment or a stretch of time; without its text once it was withdrawn. */
export interface Note {
  id: string;
  scope: string;
  scope_name: string;
  measure: string | null;
  at: string;
  until: string | null;
  text: string | null;
  made_at: string;
  who: string;
  role: string;
  withdrawn: NoteWithdrawal | null;
}

export interface NoteWithdrawal {
  at: string;
  who: string;
  role: string;
  why: string;
}

export interface NoteWanted {
  scope: string;
  measure: string | null;
  at: string;
  until: string | null;
  text: string;
}

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
  return get<PageOf<Note>>(`/api/v1/notes?${asked}`);
}

export const writeNote = (wanted: NoteWanted) => send<Note>("/api/v1/notes", wanted);
export const withdrawNote = (id: string, why: string) => send<Note>(`/api/v1/notes/${id}/withdraw`, { why });
