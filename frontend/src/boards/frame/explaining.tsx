import { useEffect, useState } from "preact/hooks";
import { fetchMeasure } from "../../api/client";
import type { MeasureDefinition, Measures, Overview } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { Explain } from "../../components/explain/explain";
import { doesNotApply } from "../../components/site-table/rows";
import { live } from "../../store";
import { view } from "../../store/view";
import { isAcute, titleOf } from "./columns";
import { useMe } from "./me";
import { Noting, scopesFor, useNotes } from "./noting";
import { Past, usePast } from "./past";
import { Rebasing, useRebases } from "./rebasing";

/** Which figure is being explained. */
export interface Asked {
  measure: string;
  site: string;
}

export interface ExplainingProps {
  asked: Asked;
  overview: Overview;
  /** Organisations and units that the board shows figures of, beside sites. */
  providers?: Place[];
  units?: (Place & { site: string })[];
  now: number;
  onClose(): void;
  /** What a figure is compared with, where that is not other sites. */
  peers?: string;
}

interface Place {
  code: string;
  name: string;
  short_name?: string;
  measures: Measures;
}

const nameOf = (place: Place) => place.short_name ?? place.name;

/** Whose figure it is, and with whom it is compared: like with like. None: the system's. */
function placeOf(
  asked: Asked,
  overview: Overview,
  providers: Place[],
  units: (Place & { site: string })[],
): { group: Place | undefined; figures: Place[]; peers: string } {
  const unit = units.find((each) => each.code === asked.site);
  if (unit)
    return {
      group: unit,
      figures: units.filter((each) => each.site === unit.site),
      peers: "units of the site",
    };
  const provider = providers.find((each) => each.code === asked.site);
  if (provider) return { group: provider, figures: providers, peers: "organisations" };
  const site = overview.sites.find((each) => each.code === asked.site);
  const acute = overview.sites.some((each) => isAcute(each) && applies(each, asked.measure));
  const others = site ? !isAcute(site) : !acute;
  return {
    group: site,
    figures: overview.sites.filter((each) => isAcute(each) !== others),
    peers: others ? "other sites" : "acute hospitals",
  };
}

const applies = (place: Place, measure: string) => {
  const value = place.measures[measure];
  return value !== undefined && value.absent !== "not_applicable";
};

/** Joins the definition, which is fetched, to the figures, which are those of the board. */
export function Explaining({
  asked,
  overview,
  providers = [],
  units = [],
  now,
  onClose,
  peers: named,
}: ExplainingProps) {
  const [definition, setDefinition] = useState<MeasureDefinition | null | "failed">(null);
  useEffect(() => {
    let wanted = true;
    setDefinition(null);
    fetchMeasure(asked.measure).then(
      (answer) => wanted && setDefinition(answer),
      () => wanted && setDefinition("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [asked.measure]);

  const { group, figures, peers } = placeOf(asked, overview, providers, units);
  const spread = figures
    .flatMap((each) => {
      const value = each.measures[asked.measure];
      return value && (value.absent !== "not_applicable" || each === group)
        ? [{ code: each.code, name: nameOf(each), value, chosen: each === group }]
        : [];
    })
    .sort((a, b) => (b.value.value ?? -1) - (a.value.value ?? -1) || a.name.localeCompare(b.name));
  const measures = group ? group.measures : overview.totals;
  const value = measures[asked.measure] ?? doesNotApply;
  const code = group?.code ?? overview.system.code;
  const moment = live.past.value;
  const rebases = useRebases(asked.measure, code, moment);
  const past = usePast(asked.measure, code, now, moment, rebases.turn);
  const notes = useNotes(code, asked.measure, now, moment);
  const me = useMe();
  const [pointed, setPointed] = useState<number | null>(null);
  const scopes = view.value.wall ? [] : scopesFor(code, overview, me);
  // A unit's chart keeps its limits: what people say is about organisations.
  const mayRebase =
    !view.value.wall &&
    (me?.may.includes("limits:rebase") ?? false) &&
    (me?.sites?.includes(code) ?? true) &&
    !units.some((each) => each.code === code);
  const title = titleOf(asked.measure);
  return (
    <Dialog id="explain" label="Explain this number" form="panel" onClose={onClose}>
      <Explain
        title={title}
        place={group?.name ?? overview.system.name}
        value={value}
        now={now}
        past={moment !== null}
        definition={definition}
        spread={spread}
        peers={named ?? peers}
        history={
          past?.hours.points.some((each) => each.value !== null)
            ? {
                title: "The last two days, by the hour",
                chart: (
                  <Past
                    known={past}
                    title={title}
                    definition={definition === "failed" ? null : definition}
                    value={value}
                    now={now}
                    called={moment ? "then" : undefined}
                    notes={notes.marks}
                    limits={
                      <Rebasing
                        rebases={rebases}
                        measure={asked.measure}
                        code={code}
                        now={now}
                        advice={past.days.spc?.advice ?? null}
                        may={mayRebase}
                      />
                    }
                    onPoint={scopes.length > 0 ? setPointed : undefined}
                  />
                ),
              }
            : undefined
        }
        notes={
          <Noting
            notes={notes}
            scopes={scopes}
            place={code}
            measure={{ name: asked.measure, title }}
            me={me}
            now={now}
            pointed={pointed}
          />
        }
      />
    </Dialog>
  );
}
