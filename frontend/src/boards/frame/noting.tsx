import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { PastMoment } from "../../api/client";
import { fetchNotes, type Note, type NoteWanted, withdrawNote, writeNote } from "../../api/notes";
import type { Me, Overview } from "../../api/types";
import { NoteForm } from "../../components/notes/note-form";
import type { NoteMark } from "../../components/notes/note-marks";
import { NotesList } from "../../components/notes/notes-list";
import { type Listed, useListed } from "./fetched";

const DAY_MS = 86_400_000;
const BACK_DAYS = 36;
const MINUTE_MS = 60_000;
const FIRST = 5;

export interface Notes extends Listed<Note> {
  marks: NoteMark[];
}

/** The notes as the charts mark them, numbered as the list numbers them; what was withdrawn is marked no more. */
export function marksOf(notes: Note[]): NoteMark[] {
  return notes.flatMap((note, index) =>
    note.withdrawn || note.text === null
      ? []
      : [
          {
            number: index + 1,
            from: Date.parse(note.at),
            to: note.until === null ? null : Date.parse(note.until),
            words: note.text,
          },
        ],
  );
}

/** The notes that concern a figure, read again each minute that the panel is open. */
export function useNotes(scope: string, measure: string, now: number, past: PastMoment | null): Notes {
  const minute = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  const knownAt = past?.knownAt ?? null;
  const fetchIt = useCallback(
    () => fetchNotes({ scope, measure, from: minute - BACK_DAYS * DAY_MS, to: minute, knownAt }),
    [scope, measure, minute, knownAt],
  );
  const listed = useListed(`${measure} ${scope}`, fetchIt);
  const marks = useMemo(() => marksOf(listed.list), [listed.list]);
  return { ...listed, marks };
}

/** What a note of somebody can be about, from the figure's own place outwards; none where they may not write there. */
export function scopesFor(
  place: string,
  overview: Overview,
  me: Me | null,
): { code: string; name: string }[] {
  if (!me?.may.includes("notes:write")) return [];
  const code = place.split("-")[0] ?? place; // a unit's code begins with that of its site
  const site = overview.sites.find((each) => each.code === code);
  const groups: { code: string; name: string; short_name?: string }[] = [
    ...overview.providers,
    ...overview.places,
  ];
  const named = (wanted: string | undefined) =>
    groups
      .filter((each) => each.code === wanted)
      .map(({ code, name, short_name }) => ({ code, name: short_name ?? name }));
  const found = [
    ...(site ? [{ code, name: site.name }, ...named(site.provider), ...named(site.place)] : named(code)),
    { code: overview.system.code, name: overview.system.name },
  ];
  const unlike = found.filter((each, index) => found.findIndex(({ code }) => code === each.code) === index);
  return me.sites === null ? unlike : unlike.filter((each) => me.sites?.includes(each.code));
}

export interface NotingProps {
  notes: Notes;
  /** Where a note can be about something; empty where the reader may write none. */
  scopes: { code: string; name: string }[];
  /** Whose figure it is. */
  place: string;
  measure: { name: string; title: string };
  me: Me | null;
  now: number;
  /** The moment that was pointed to on the chart. */
  pointed: number | null;
}

/** What people wrote on moments of a figure, and the form to add to it. */
export function Noting({ notes, scopes, place, measure, me, now, pointed }: NotingProps) {
  const [writing, setWriting] = useState(false);
  const [all, setAll] = useState(false);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (pointed !== null && scopes.length > 0) setWriting(true);
  }, [pointed, scopes.length]);
  const write = (wanted: NoteWanted) =>
    writeNote(wanted).then(() => {
      setSaid("Noted.");
      notes.again();
    });
  const withdraw = (id: string, why: string) =>
    withdrawNote(id, why).then(() => {
      setSaid("Withdrawn.");
      notes.again();
    });
  const shown = all ? notes.list : notes.list.slice(0, FIRST);
  const rest = notes.list.length - shown.length;
  const mayWithdraw = (note: Note) => me !== null && (me.sites === null || me.sites.includes(note.scope));
  return (
    <section aria-label="Notes">
      <h3>Notes on moments</h3>
      {notes.failed && (
        <p class="quiet explain-note">The notes could not be read; they are asked for again.</p>
      )}
      {notes.list.length === 0 && !notes.failed && (
        <p class="quiet explain-note">
          Nobody has written a note on these days.
          {scopes.length > 0 && " Point to a moment of the chart, or add one."}
        </p>
      )}
      <NotesList
        notes={shown}
        scope={place}
        now={now}
        onWithdraw={me?.may.includes("notes:write") ? withdraw : undefined}
        mayWithdraw={mayWithdraw}
      />
      {rest > 0 && (
        <button type="button" class="button button-small notes-add" onClick={() => setAll(true)}>
          {rest} more
        </button>
      )}
      {writing ? (
        <NoteForm
          scopes={scopes}
          measure={measure}
          at={pointed ?? now}
          onWrite={write}
          onClose={() => setWriting(false)}
        />
      ) : (
        scopes.length > 0 && (
          <button type="button" class="button notes-add no-print" onClick={() => setWriting(true)}>
            Add a note
          </button>
        )
      )}
      <p aria-live="polite" class="quiet explain-note">
        {said}
      </p>
    </section>
  );
}
