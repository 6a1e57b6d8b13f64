import type { ComponentChildren } from "preact";
import type { SiteDetail, Value } from "../../api/types";
import { Figure } from "../../components/figure/figure";
import { PartHead, type PartHeadProps } from "../frame/part-head";

/** A figure in a line of words: the figure, then what it is. */
export interface Said {
  measure: string;
  words: string;
}

export function Line({ said, detail, now }: { said: Said[]; detail: SiteDetail; now: number }) {
  const shown = said.flatMap(({ measure, words }) => {
    const value: Value | undefined = detail.measures[measure];
    return value && value.absent !== "not_applicable" ? [{ measure, words, value }] : [];
  });
  return (
    <p class="site-line">
      {shown.map(({ measure, words, value }) => (
        <span key={measure} class="site-said">
          <Figure
            measure={measure}
            site={detail.code}
            value={value}
            now={now}
            label={`${words}, ${detail.name}`}
            bare
          />{" "}
          {words}
        </span>
      ))}
    </p>
  );
}

/** A card of the board, under its heading. */
export function Part({ children, ...head }: PartHeadProps & { children?: ComponentChildren }) {
  return (
    <section class="card site-part" aria-labelledby={head.id}>
      <PartHead {...head} />
      {children}
    </section>
  );
}
