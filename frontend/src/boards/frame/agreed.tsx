import type { Agreement, Overview, Site } from "../../api/types";
import { AgreedList, NoneAgreed, WallAgreed } from "../../components/agreed/agreed";
import { manyInWords, type NameOf, sheetOfAgreed } from "../../components/agreed/words";
import { PartHead } from "./part-head";

/** Sites and organisations by what the boards call them; one that nobody configured by its code. */
export function namesOf({ sites, providers, system }: Overview): NameOf {
  const names = new Map([
    [system.code, system.name],
    ...providers.map((each): [string, string] => [each.code, each.short_name]),
    ...sites.map((each): [string, string] => [each.code, each.short_name]),
  ]);
  return (code) => names.get(code) ?? code;
}

/** What concerns a site: where it is one of the two, or an incident is there or the whole organisation's. */
export const agreedAt = (agreed: Agreement[], { code, provider }: Pick<Site, "code" | "provider">) =>
  agreed.filter((each) =>
    each.family === "incident"
      ? each.site === code || (each.site === null && each.organisation === provider)
      : each.from_site === code || each.to_site === code,
  );

/** The feeds of the acute hospitals: those who declare, agree and ask. */
const tellersOf = ({ sites, feeds }: Overview) => {
  const providers = new Set(sites.filter((site) => site.kind === "acute").map((site) => site.provider));
  return feeds.filter((feed) => providers.has(feed.source.slice(feed.source.lastIndexOf(":") + 1)));
};

interface Props {
  overview: Overview;
  now: number;
  /** Only what concerns this site, and nothing where nothing does. */
  site?: Pick<Site, "code" | "provider" | "name">;
  wall?: boolean;
}

/** What is declared, agreed and asked for, in the system or at a site, on a desk or a wall. */
export function Agreed({ overview, now, site, wall }: Props) {
  const agreed = site ? agreedAt(overview.agreed, site) : overview.agreed;
  const nameOf = namesOf(overview);
  const feeds = site ? [] : tellersOf(overview);
  if (wall) return <WallAgreed agreed={agreed} nameOf={nameOf} now={now} feeds={feeds} />;
  if (agreed.length === 0) return <NoneAgreed feeds={feeds} now={now} />;
  const name = site ? `In force, ${site.name}` : "In force";
  return (
    <section class="card part-agreed" aria-labelledby="agreed-title">
      <PartHead
        id="agreed-title"
        title="In force"
        note={manyInWords(agreed)}
        away={{ name, sheet: () => sheetOfAgreed(agreed, nameOf, now), now }}
      />
      <AgreedList agreed={agreed} nameOf={nameOf} now={now} />
    </section>
  );
}
