import { useState } from "preact/hooks";
import { Explain } from "../components/explain/explain";
import { Feeds } from "../components/feeds/feeds";
import { Header } from "../components/header/header";
import { Keys } from "../components/keys/keys";
import { MapMark, type MapMarkProps } from "../components/map/map-mark";
import { OpelChip, type OpelLevel, opelWords } from "../components/opel/opel-chip";
import { OpelHeadline } from "../components/opel/opel-level";
import { ProbabilityStrip } from "../components/probability/probability-strip";
import { Pulse } from "../components/pulse/pulse";
import { byNeed } from "../components/site-table/rows";
import { type Column, SiteTable } from "../components/site-table/site-table";
import { Skill } from "../components/skill/skill";
import { DaySpark } from "../components/spark/day-spark";
import { SpcChart } from "../components/spc/spc-chart";
import { Tile } from "../components/tile/tile";
import type { Pulse as PulseState } from "../store/live";
import { hours, spc } from "./examples";
import { Charts } from "./parts/charts";
import { Flow } from "./parts/flow";
import { People } from "./parts/people";
import { Tables } from "./parts/tables";
import { Part, State } from "./state";
import { definition, feeds, levels, NOW, none, reading, share, sites } from "./values";
import "./gallery.css";

const tiles: [string, string, ReturnType<typeof reading>, string?][] = [
  [
    "In ED, William Harvey",
    "Live. No age: fresh is the rule",
    reading({ value: 118 }),
    "17 over 12 h (14.4%)",
  ],
  [
    "In ED, Medway Maritime",
    "Delayed. Its age in place of its counts",
    reading({ value: 112, freshness: "delayed", as_of: "2026-01-12T18:29:00Z" }),
  ],
  [
    "Virtual wards",
    "Lost. The last value is held, dotted",
    share(298, 375, { freshness: "lost", as_of: "2026-01-12T16:10:00Z" }),
  ],
  ["Bed snapshot, Tue 13 Jan", "Not due. Next value and when", none("not_due", "not due until 08:00")],
  [
    "Home care hours free",
    "Feed silent. No value to hold",
    none("feed_silent", "feed silent since Fri 17:02"),
  ],
  ["In ED, Kent and Canterbury", "Not applicable. Never zero", none("not_applicable", "no type 1 ED")],
  ["Care home places, Medway", "Not provided. By whom", none("not_provided", "Medway Council")],
  ["By age band", "A small number, withheld in a split", none("suppressed", "fewer than five people")],
  ["Ambulances waiting, Maidstone", "Zero. It is a count", reading({ value: 0, unit: "count" })],
  ["Handover, mean today", "Since midnight. Carries its n", reading({ value: 29, unit: "minutes", n: 71 })],
  ["Longest wait", "A long time in hours and minutes", reading({ value: 440, unit: "minutes" })],
];

/** A figure that changes when pressed, to see its underline. */
function Changing() {
  const [people, setPeople] = useState(118);
  return (
    <div>
      <Tile
        label="In ED, William Harvey"
        measure="ed.in_department"
        site="changed"
        place="William Harvey"
        value={reading({ value: people })}
        now={NOW}
      />
      <button type="button" class="state-button" onClick={() => setPeople(people + 1)}>
        One more
      </button>
    </div>
  );
}

const pulses: [string, PulseState][] = [
  ["Before the first message", { state: "connecting", quietMilliseconds: null, lastHeardAt: null }],
  ["One pulse a page; nothing else says live", { state: "live", quietMilliseconds: 4_000, lastHeardAt: NOW }],
  ["The ring opens; figures stay", { state: "delayed", quietMilliseconds: 12_000, lastHeardAt: NOW }],
  [
    "An ink frame round the page, every figure dotted",
    { state: "lost", quietMilliseconds: 540_000, lastHeardAt: NOW - 540_000 },
  ],
  ["Lost before anything came", { state: "lost", quietMilliseconds: null, lastHeardAt: null }],
];

const target = { at: 0.1, direction: "lower" } as const;
/** A day of hours that ends near a share. */
const dayTo = (share: number) =>
  Array.from({ length: 24 }, (_, hour) => ({
    at: NOW - (24 - hour) * 3_600_000,
    value: share * (0.75 + 0.3 * Math.sin(hour / 4)),
  }));
const columns: Column[] = [
  { measure: "ed.in_department", title: "In ED", note: "all areas" },
  {
    measure: "ed.over_12h",
    title: "Over 12 h in ED",
    note: "plan 10%",
    day: { of: () => dayTo(0.12), extent: { from: 0, to: 0.16 }, target },
  },
  { measure: "beds.ga_occupancy", title: "G&A occupied", note: "now" },
];

const mark: MapMarkProps = {
  site: "mark",
  name: "William Harvey",
  at: { x: 70, y: 20 },
  form: "ed",
  radius: 8,
  label: { key: "mark", anchor: "middle", x: 70, y: 46, box: { left: 20, top: 34, right: 120, bottom: 62 } },
  words: "118 in ED",
  selected: false,
  onSelect: () => undefined,
};
const marks: [string, Partial<MapMarkProps>][] = [
  ["Type 1 ED, area by people", {}],
  ["Selected", { selected: true }],
  ["No type 1 ED", { form: "no-ed", radius: 5, name: "Kent and Canterbury", words: "no type 1 ED" }],
  ["Another site", { form: "small", radius: 2.6, label: undefined, name: "Deal", words: undefined }],
];

/** Every component in every state. */
export function Gallery() {
  return (
    <main class="gallery">
      <h1>Lightship components</h1>
      <p>
        <a href="/components.html">Day</a> · <a href="/components.html?theme=dark">Night</a> ·{" "}
        <a href="/components.html?wall=1">Wall by day</a> ·{" "}
        <a href="/components.html?wall=1&theme=dark">Wall by night</a>
      </p>
      <p class="quiet">Each part in each state. Solid is fact, hatched is forecast, dotted is lost.</p>
      <Part name="Figure tile" words="Label, figure, counts. Age only when it is not normal for that figure.">
        {tiles.map(([label, words, value, detail]) => (
          <State key={label} words={words}>
            <Tile
              label={label}
              measure="example"
              site={label}
              place=""
              value={value}
              now={NOW}
              detail={detail}
            />
          </State>
        ))}
        <State words="Not received. The measure is not in the picture yet">
          <Tile label="Virtual wards" measure="example" site="none" place="" value={undefined} now={NOW} />
        </State>
        <State words="Changed. Underlined for 2 s; nothing under reduced motion">
          <Changing />
        </State>
      </Part>
      <Part
        name="Day"
        words="The last 24 hours of the figure beside it, against the plan, up to where it stands."
      >
        <State words="Inside the plan">
          <DaySpark points={dayTo(0.05)} value={share(4, 76)} now={NOW} target={target} width={90} />
        </State>
        <State words="Past the plan: the dot is red">
          <DaySpark points={dayTo(0.14)} value={share(17, 118)} now={NOW} target={target} width={90} />
        </State>
        <State words="Lost: it ends where the last facts were, no status colour">
          <DaySpark
            points={dayTo(0.12)}
            value={share(13, 112, { freshness: "lost" })}
            now={NOW}
            target={target}
            width={90}
          />
        </State>
        <State words="No hour is kept yet">
          <DaySpark points={[]} value={share(4, 76)} now={NOW} target={target} width={90} />
        </State>
      </Part>
      <Part name="OPEL chip" words="Shape, numeral, word, colour. Dashed when ahead.">
        {([1, 2, 3, 4] as OpelLevel[]).map((level) => (
          <State key={level} words={opelWords[level]}>
            <span class="chips">
              <OpelChip level={level} size={26} /> <b>OPEL {level}</b>{" "}
              <OpelChip level={level} size={26} ahead={{ probability: level === 1 ? 0.004 : 0.68 }} />
            </span>
          </State>
        ))}
      </Part>
      <Part name="OPEL level" words="Calculated, by its score; a range where a reading is missing.">
        {levels.map(([words, level]) => (
          <State key={words} words={words}>
            <OpelHeadline now={NOW} opel={level} />
          </State>
        ))}
      </Part>
      <Part name="Pulse" words="The page itself says whether it can be believed.">
        {pulses.map(([words, pulse]) => (
          <State key={words} words={words}>
            <Pulse pulse={pulse} feeds={[]} />
          </State>
        ))}
        <State words="With the feeds">
          <Pulse pulse={{ state: "live", quietMilliseconds: 1_000, lastHeardAt: NOW }} feeds={feeds} />
        </State>
      </Part>
      <Part name="Header" words="Synthetic people, speed and history are said while they are so.">
        <div class="card wide">
          <Header
            system="Kent and Medway"
            pulse={{ state: "live", quietMilliseconds: 4_000, lastHeardAt: NOW }}
            feeds={feeds}
            synthetic
            history={{ complete: false, from: null, share: 0.62 }}
            rate={60}
            now={NOW}
            boards={[
              { href: "/", name: "Overview" },
              { href: "/ed", name: "ED" },
            ]}
            here={null}
          />
        </div>
      </Part>
      <Part name="Table row" words="Live, delayed, lost, not applicable, and the total.">
        <div class="card wide">
          <h3 id="gallery-table">Sites, by need</h3>
          <SiteTable
            id="gallery-table"
            columns={columns}
            sites={sites}
            total={{
              name: "Kent and Medway",
              measures: {
                "ed.in_department": reading({ value: 552 }),
                "ed.over_12h": share(53, 552),
                "beds.ga_occupancy": share(2673, 2868),
              },
            }}
            sort={byNeed}
            onSort={() => undefined}
            selected="delayed"
            now={NOW}
            under={(site) => site.town}
          />
        </div>
      </Part>
      <Part
        name="What is ahead in a table"
        words="A last column where there is a forecast; none where there is not."
      >
        <div class="card wide">
          <h3 id="gallery-ahead">Sites, by need, and the hours ahead</h3>
          <SiteTable
            id="gallery-ahead"
            columns={columns}
            sites={sites.slice(0, 3)}
            sort={byNeed}
            onSort={() => undefined}
            selected={null}
            now={NOW}
            ahead={{
              title: "OPEL 4",
              note: (
                <>
                  how likely, by hour <Skill score={{ share: 0.28, against: "the same hour last week" }} />
                </>
              ),
              draw: ({ code }) => (
                <ProbabilityStrip
                  hours={code === "delayed" ? undefined : hours(0.62)}
                  now={NOW}
                  width={150}
                />
              ),
            }}
          />
        </div>
      </Part>
      <Part name="Map mark" words="Ink: there is no colour without a level.">
        {marks.map(([words, change]) => (
          <State key={words} words={words}>
            <svg width="140" height="66">
              <title>{words}</title>
              <MapMark {...mark} {...change} />
            </svg>
          </State>
        ))}
      </Part>
      <Part name="Explain this number" words="Opens from any figure, by a press or by E.">
        <State words="The definition has come">
          <Explain
            title="Over 12 h in ED"
            place="William Harvey"
            value={share(17, 118)}
            now={NOW}
            definition={definition}
            peers="acute hospitals"
            history={{
              title: "Each day at 08:00, 42 days",
              chart: (
                <SpcChart
                  label="Over 12 h in ED, William Harvey"
                  series={spc}
                  format={(value) => String(value)}
                  now={NOW}
                  width={380}
                />
              ),
            }}
            spread={[
              { code: "1", name: "William Harvey", value: share(17, 118), chosen: true },
              { code: "2", name: "QEQM", value: share(12, 104), chosen: false },
              { code: "3", name: "Maidstone", value: share(1, 58, { freshness: "lost" }), chosen: false },
            ]}
          />
        </State>
        <State words="It could not be fetched, and the figure is absent">
          <Explain
            title="In ED"
            place="Kent and Canterbury"
            value={none("not_applicable", "no type 1 ED")}
            now={NOW}
            definition="failed"
            peers="acute hospitals"
            spread={[{ code: "1", name: "QEQM", value: reading({ value: 104 }), chosen: false }]}
          />
        </State>
      </Part>
      <Charts />
      <Flow />
      <Tables />
      <People />
      <Part name="Feeds and keys" words="Late feeds by name; the keys of the board.">
        <State words="Late feeds come first">
          <Feeds feeds={feeds} now={NOW} />
        </State>
        <State words="The keys">
          <Keys />
        </State>
      </Part>
    </main>
  );
}
