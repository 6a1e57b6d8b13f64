import type { Agreement, Feed } from "../../api/types";
import { isFew } from "../../format/small";
import {
  lateInWords,
  manyInWords,
  type NameOf,
  noneInWords,
  sourceInWords,
  whatInWords,
  whenInWords,
  whereInWords,
} from "./words";
import "./agreed.css";

export interface AgreedListProps {
  agreed: Agreement[];
  nameOf: NameOf;
  now: number;
}

/** Incidents, diverts and mutual aid, one a cell: what, where, since when and until when, and who says so. */
export function AgreedList({ agreed, nameOf, now }: AgreedListProps) {
  return (
    <ul class="agreed-list">
      {agreed.map((each) => {
        const late = lateInWords(each, now);
        return (
          <li
            key={`${each.organisation} ${each.reference}`}
            class="agreed"
            data-family={each.family}
            data-state={each.state}
            data-freshness={each.freshness}
          >
            <b class="agreed-what">{whatInWords(each)}</b>
            <span class="agreed-where">{whereInWords(each, nameOf)}</span>
            <span class="agreed-when">{whenInWords(each, now)}</span>
            <span class="agreed-source">
              {sourceInWords(each, nameOf)}
              {late && <b>, {late}</b>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** One quiet line where nothing is in force; nothing at all where nobody was ever heard. */
export function NoneAgreed({ feeds, now }: { feeds: Feed[]; now: number }) {
  const said = noneInWords(feeds, now);
  return said && <p class="agreed-none">{said}.</p>;
}

/** What is read from five metres beside one another; where there are more, one less, and how many more. */
const MOST = 4;

/** How many people help at a bedside is withheld where they are few: a wall stands where visitors pass. */
const onWall = (each: Agreement): Agreement =>
  each.kind === "critical_care_transfer" && isFew(each.count) ? { ...each, count: null } : each;

/** The same for a wall: those that come first, and how many more. */
export function WallAgreed({ agreed, nameOf, now, feeds = [] }: AgreedListProps & { feeds?: Feed[] }) {
  if (agreed.length === 0) {
    const said = noneInWords(feeds, now);
    return said && <p class="wall-agreed-none">{said}</p>;
  }
  const shown = agreed.slice(0, agreed.length > MOST ? MOST - 1 : MOST).map(onWall);
  const more = agreed.length - shown.length;
  return (
    <section class="wall-agreed" aria-label={`In force: ${manyInWords(agreed)}`}>
      {shown.map((each) => (
        <div
          key={`${each.organisation} ${each.reference}`}
          class="agreed"
          data-family={each.family}
          data-state={each.state}
          data-freshness={each.freshness}
        >
          <b class="agreed-what">{whatInWords(each)}</b>
          <span class="agreed-where">{whereInWords(each, nameOf)}</span>
          <span class="agreed-when">{lateInWords(each, now) || whenInWords(each, now)}</span>
        </div>
      ))}
      {more > 0 && <span class="wall-agreed-more">and {more} more</span>}
    </section>
  );
}
