import type { Note } from "../../api/notes";
import { clockTime, momentBeside, shortDate } from "../../format/time";
import { byWhom } from "../../format/who";
import { Withdraw } from "./withdraw";
import "./notes.css";

/** 14:10 to 16:00; with the day where it is another. */
export function spanInWords(note: Note, now: number): string {
  const at = Date.parse(note.at);
  const week = now - at > 6 * 86_400_000;
  const from = week ? `${shortDate(at)} ${clockTime(at)}` : momentBeside(at, now);
  if (note.until === null) return from;
  const until = Date.parse(note.until);
  const sameDay = shortDate(until) === shortDate(at);
  return `${from} to ${sameDay ? clockTime(until) : `${shortDate(until)} ${clockTime(until)}`}`;
}

export interface NotesListProps {
  notes: Note[];
  /** Whose figure it is; of another place, the note says so. */
  scope: string;
  now: number;
  /** Withdraws a note; left out where the reader may not. */
  onWithdraw?: (id: string, why: string) => Promise<unknown>;
  mayWithdraw(note: Note): boolean;
}

/** Notes with their numbers, the latest first: what, when, about where, who wrote it. */
export function NotesList({ notes, scope, now, onWithdraw, mayWithdraw }: NotesListProps) {
  return (
    <ol class="notes">
      {notes.map((note, index) => (
        <li key={note.id} class={note.withdrawn ? "note note-withdrawn" : "note"}>
          <span class="note-box" aria-hidden="true">
            {index + 1}
          </span>
          <div>
            <p class="note-when">
              <b>{spanInWords(note, now)}</b>
              {note.scope !== scope && <span class="quiet"> {note.scope_name}</span>}
            </p>
            <p class="note-text">{note.text ?? "Withdrawn; its words are not shown."}</p>
            <p class="quiet note-who">
              {byWhom(note.who)}, {momentBeside(Date.parse(note.made_at), now)}
              {note.withdrawn &&
                `; withdrawn by ${byWhom(note.withdrawn.who)}, ${momentBeside(Date.parse(note.withdrawn.at), now)}: ${note.withdrawn.why}`}
            </p>
            {onWithdraw && !note.withdrawn && note.text !== null && mayWithdraw(note) && (
              <Withdraw
                what={`note ${index + 1}`}
                consequence="Its words go; this stays."
                onWithdraw={(why) => onWithdraw(note.id, why)}
              />
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
