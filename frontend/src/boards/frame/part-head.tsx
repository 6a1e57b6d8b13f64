import type { ComponentChildren } from "preact";
import type { Sheet } from "../../components/table/sheet";
import { TakeAway } from "../../components/table/take-away";
import "./board.css";

export interface PartHeadProps {
  id: string;
  title: ComponentChildren;
  note?: ComponentChildren;
  /** Of a part within a part. */
  level?: 2 | 3;
  /** The table under it, for copy and export, by a name that says what it is without the page around it. */
  away?: { name: string; sheet(): Sheet; now: number } | null | false;
  children?: ComponentChildren;
}

/** The heading of a part of a board, with the way to take its table along. */
export function PartHead({ id, title, note, level = 2, away, children }: PartHeadProps) {
  const Title = level === 2 ? "h2" : "h3";
  return (
    <div class="part-head">
      <Title id={id}>
        {title} {note && <span>{note}</span>}
      </Title>
      {away && <TakeAway title={away.name} sheet={away.sheet} now={away.now} />}
      {children}
    </div>
  );
}
