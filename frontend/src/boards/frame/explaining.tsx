import { useEffect, useState } from "preact/hooks";
import { fetchMeasure } from "../../api/client";
import type { MeasureDefinition, Overview } from "../../api/types";
import { Dialog } from "../../components/dialog/dialog";
import { Explain } from "../../components/explain/explain";
import { doesNotApply } from "../../components/site-table/rows";
import { isAcute, titleOf } from "./columns";

/** Which figure is being explained. */
export interface Asked {
  measure: string;
  site: string;
}

export interface ExplainingProps {
  asked: Asked;
  overview: Overview;
  now: number;
  onClose(): void;
  /** What a figure is compared with, where that is not other sites. */
  peers?: string;
}

/** Joins the definition, which is fetched, to the figures, which are those of the board. */
export function Explaining({ asked, overview, now, onClose, peers: named }: ExplainingProps) {
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

  const site = overview.sites.find((each) => each.code === asked.site);
  const measures = site ? site.measures : overview.totals;
  // An acute hospital is compared with acute hospitals, and any other site with the others.
  const peers = overview.sites.filter((each) => isAcute(each) === (site ? isAcute(site) : true));
  const spread = peers
    .flatMap((each) => {
      const value = each.measures[asked.measure];
      return value && (value.absent !== "not_applicable" || each === site)
        ? [{ code: each.code, name: each.short_name, value, chosen: each === site }]
        : [];
    })
    .sort((a, b) => (b.value.value ?? -1) - (a.value.value ?? -1) || a.name.localeCompare(b.name));
  return (
    <Dialog id="explain" label="Explain this number" form="panel" onClose={onClose}>
      <Explain
        title={titleOf(asked.measure)}
        place={site?.name ?? overview.system.name}
        value={measures[asked.measure] ?? doesNotApply}
        now={now}
        definition={definition}
        spread={spread}
        peers={named ? named : !site || isAcute(site) ? "acute hospitals" : "other sites"}
      />
    </Dialog>
  );
}
