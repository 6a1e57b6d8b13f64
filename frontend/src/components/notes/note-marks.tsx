import { useId } from "preact/hooks";
import { type Extent, lanes } from "../../scale/scale";
import "./notes.css";

/** A note as a chart marks it: its number in the list, and the time that it is about. */
export interface NoteMark {
  number: number;
  from: number;
  to: number | null;
  words: string;
}

const BOX = 16;
const LANES = 2;

/** How much room the marks take under a chart. */
export const roomOf = (notes: NoteMark[], within: Extent) =>
  inside(notes, within).length > 0 ? BOX * LANES : 0;

const inside = (notes: NoteMark[], within: Extent) =>
  notes.filter((each) => each.from <= within.to && (each.to ?? each.from) >= within.from);

export interface NoteMarksProps {
  notes: NoteMark[];
  within: Extent;
  x(at: number): number;
  /** The plot, down which a note's moment is drawn, and where the numbers stand under it. */
  top: number;
  bottom: number;
  under: number;
}

/** Notes under a chart: a number at the moment, a bar as long as it lasted. The list beside the chart has the words. */
export function NoteMarks({ notes, within, x, top, bottom, under }: NoteMarksProps) {
  const id = useId();
  const shown = [...inside(notes, within)].sort((a, b) => a.from - b.from);
  const start = (note: NoteMark) => x(Math.max(note.from, within.from));
  const lane = lanes(shown.map(start), BOX + 6, LANES);
  return (
    <g class="note-marks">
      {shown.map((note, index) => {
        const y = under + (lane[index] ?? 0) * BOX;
        const end = note.to === null ? null : x(Math.min(note.to, within.to));
        return (
          <g key={`${id}-${note.number}`}>
            <title>{`Note ${note.number}: ${note.words}`}</title>
            <path class="note-line" d={`M${start(note)} ${top}V${bottom}`} />
            {end !== null && (
              <path class="note-bar" d={`M${start(note)} ${y + 7}H${Math.max(end, start(note) + 1)}`} />
            )}
            <rect class="note-box" x={start(note) - 7} y={y} width="14" height="14" />
            <text class="note-number chart-middle" x={start(note)} y={y + 11}>
              {note.number}
            </text>
          </g>
        );
      })}
    </g>
  );
}
