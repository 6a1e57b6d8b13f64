import type { Site, Value } from "../../api/types";
import { AgreedList, NoneAgreed } from "../../components/agreed/agreed";
import { AlertList } from "../../components/alerts/alert-row";
import { WallAlerts } from "../../components/alerts/wall-alerts";
import { Figure } from "../../components/figure/figure";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { cellOf } from "../../components/table/sheet";
import { agreed, alerts } from "../examples";
import { Part, State, standings } from "../state";
import { feed, NOW, sites } from "../values";

const column = (key: string, title: string): DataColumn<Site> => {
  const of = (site: Site): Value | undefined => site.measures[key];
  return {
    key,
    title,
    figure: true,
    sortBy: (site) => of(site)?.value ?? null,
    text: (site) => cellOf(of(site), NOW),
    cell: (site) => {
      const value = of(site);
      return (
        value && (
          <Figure
            measure={key}
            site={site.code}
            value={value}
            now={NOW}
            label={`${title}, ${site.short_name}`}
          />
        )
      );
    },
  };
};

const columns: DataColumn<Site>[] = [
  {
    key: "name",
    title: "Site",
    sortBy: (site) => site.short_name,
    cell: (site) => site.short_name,
    text: (site) => site.short_name,
  },
  column("ed.in_department", "In ED"),
  column("ed.over_12h", "Over 12 h"),
  column("beds.ga_occupancy", "G&A occupied"),
];

const nameOf = (code: string) =>
  sites.find((site) => site.code === code)?.short_name ?? "East Kent Hospitals";

/** Tables, alerts and what is in force. */
export function Tables() {
  return (
    <>
      <Part
        name="In force"
        words="What is declared, agreed or asked for. Solid is in force, dashed is asked for; no colour, for it is no line crossed."
      >
        <State words="Live, asked for, past its end, and told by a feed that fell silent" wide>
          <AgreedList agreed={agreed} nameOf={nameOf} now={NOW} />
        </State>
        <State words="Page lost" lost wide>
          <AgreedList agreed={agreed.slice(0, 2)} nameOf={nameOf} now={NOW} />
        </State>
        <State words="Nothing in force, by those who tell of it" wide>
          <NoneAgreed feeds={[feed("East Kent Hospitals", "live"), feed("Medway", "silent")]} now={NOW} />
        </State>
      </Part>
      <Part name="Table" words="Sorts by need or by any column; copied and exported as it is shown.">
        <State words="Live. Small numbers are withheld from what leaves the board" wide>
          <DataTable
            id="data-live"
            title="Hospitals"
            columns={columns}
            rows={sites}
            rowKey={(site) => site.code}
            need={(site) => site.need}
            now={NOW}
            empty="No hospital is set up yet."
          />
        </State>
        <State words="No rows" wide>
          <DataTable
            id="data-empty"
            title="Worklist"
            columns={columns}
            rows={[]}
            rowKey={(site) => site.code}
            now={NOW}
            empty="Nothing is waiting to be mended."
          />
        </State>
        {standings.slice(1).map(({ words, standing, lost }, index) => (
          <State key={words} words={words} lost={lost} wide>
            <DataTable
              id={`data-${index}`}
              title={`Hospitals: ${words}`}
              columns={columns.slice(0, 2)}
              rows={sites.slice(0, 2)}
              rowKey={(site) => site.code}
              now={NOW}
              standing={standing}
              empty="No hospital is set up yet."
            />
          </State>
        ))}
      </Part>
      <Part name="Alert row" words="Solid edge breached, hatched expected, dotted silent, hollow held back.">
        <State words="What no one has taken comes first, then what breaches soonest" wide>
          <AlertList id="alerts-some" alerts={alerts} now={NOW} onTake={() => undefined} />
        </State>
        <State words="None: the server says so" wide>
          <AlertList id="alerts-none" alerts={[]} now={NOW} />
        </State>
        <State words="On a wall: the four that come first" wide>
          <WallAlerts id="alerts-wall" alerts={alerts} now={NOW} />
        </State>
        <State words="Page lost" lost wide>
          <AlertList id="alerts-lost" label="Needed attention then" alerts={alerts.slice(0, 2)} now={NOW} />
        </State>
      </Part>
    </>
  );
}
