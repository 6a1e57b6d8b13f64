import { useMemo } from "preact/hooks";
import type { OpelAnswer, OpelParameter, Overview, SiteDetail } from "../../api/types";
import { ageInWords } from "../../components/figure/figure";
import { OpelChip, opelWords } from "../../components/opel/opel-chip";
import { levelInWords, scoreInWords } from "../../components/opel/opel-level";
import { PointsCells, PointsHeads, readingOf } from "../../components/opel/points";
import { WallFigure } from "../../components/wall/wall-figure";
import { absence, counts, inWords, SMALL_NUMBER } from "../../format/number";
import { measuresOnWall, onWall, peopleOf } from "../../format/small";
import { Agreed } from "../frame/agreed";
import type { Definitions } from "../frame/columns";
import { standsAgainst } from "../frame/on-wall";
import { headlinesOf, providerInWords } from "./head";

export interface SiteWallProps {
  detail: SiteDetail;
  overview: Overview;
  opel: OpelAnswer | null;
  definitions: Definitions;
  now: number;
}

/** Shares whose people say more from five metres than their percentage. */
const asPeople = new Set(["ed.over_12h"]);

function Parameters({ parameters }: { parameters: OpelParameter[] }) {
  return (
    <table class="site-wall-table">
      <thead>
        <tr>
          <th scope="col">Parameter</th>
          <th scope="col">now</th>
          <PointsHeads />
        </tr>
      </thead>
      <tbody>
        {parameters.map((each) => {
          const value = onWall(readingOf(each));
          return (
            <tr key={each.code}>
              <th scope="row">{each.name}</th>
              <td>
                <b>
                  {value.absent === null || value.absent === "suppressed" ? inWords(value) : absence(value)}
                </b>
              </td>
              <PointsCells parameter={each} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The most units that stand under one another: below the parameters of a level, and alone. */
const FEW = 6;
const MANY = 14;

/** "lost 16:10", where the counts of units are late. */
const unitsLate = ({ units }: SiteDetail, now: number) =>
  units
    .map(({ measures }) => measures["unit.occupancy"] && ageInWords(measures["unit.occupancy"], now))
    .find(Boolean);

function Units({ detail, wide }: { detail: SiteDetail; wide: boolean }) {
  const fullest = useMemo(
    () =>
      detail.units
        .filter((unit) => unit.kind !== "discharge_lounge" && unit.measures["unit.occupancy"]?.value != null)
        .sort(
          (a, b) =>
            (b.measures["unit.occupancy"]?.value ?? 0) - (a.measures["unit.occupancy"]?.value ?? 0) ||
            a.name.localeCompare(b.name),
        ),
    [detail.units],
  );
  if (fullest.length === 0) return <p class="quiet">No unit has been counted yet.</p>;
  return (
    <ul class="site-wall-units">
      {fullest.slice(0, wide ? MANY : FEW).map((unit) => {
        const reading = unit.measures["unit.occupancy"];
        const value = reading && onWall(reading);
        return (
          <li key={unit.code}>
            <span>{unit.name}</span>
            <b data-state={reading?.freshness}>
              {!value || value.absent === "suppressed" ? SMALL_NUMBER : counts(value)}
            </b>
          </li>
        );
      })}
    </ul>
  );
}

/** One site for a wall: its level, its headlines, why it stands there, and its fullest units; no count of people under five. */
export function SiteWall({ detail, overview, opel, definitions, now }: SiteWallProps) {
  const measures = measuresOnWall(detail.measures);
  const level = detail.opel?.level ?? null;
  const provider = overview.providers.find((each) => each.code === detail.provider);
  const scored = opel !== null && detail.opel?.level_least != null;
  return (
    <>
      <div class="wall-in-force">
        <Agreed overview={overview} now={now} site={detail} wall />
      </div>
      <section class="site-wall-now" aria-label={`${detail.name} now`}>
        <div>
          <h2>{detail.name}</h2>
          {scored && (
            <p class="quiet">{providerInWords(provider?.short_name ?? "", provider?.opel ?? null, now)}</p>
          )}
        </div>
        {detail.opel?.level_least ? (
          <div class="wall-level">
            {level && <OpelChip level={level} size={120} />}
            <div>
              <b class="wall-opel">{levelInWords(detail.opel)}</b>
              <span class="quiet">
                {[
                  level && opelWords[level],
                  scoreInWords(detail.opel),
                  "local",
                  detail.opel.indicative && "indicative",
                ]
                  .filter(Boolean)
                  .join(", ")}
              </span>
            </div>
          </div>
        ) : (
          <p class="quiet">
            {detail.ed_type === 1 ? "No level yet: nothing is scored" : "No level: no type 1 ED"}
          </p>
        )}
        <div class="wall-figures">
          {headlinesOf(detail, true).map(({ measure, label }) => {
            const value = measures[measure];
            return (
              <WallFigure
                key={measure}
                label={label}
                measure={measure}
                site={detail.code}
                place={detail.name}
                value={value && asPeople.has(measure) ? peopleOf(value) : value}
                stands={standsAgainst(measures[measure], measure, definitions)}
                now={now}
              />
            );
          })}
        </div>
      </section>
      <section class="site-wall-why">
        {scored && opel && (
          <div>
            <h2>Why</h2>
            <Parameters parameters={opel.opel.parameters} />
          </div>
        )}
        <div>
          <h2>
            {scored ? "Fullest units" : "Units, the fullest first"} <span>{unitsLate(detail, now)}</span>
          </h2>
          <Units detail={detail} wide={!scored} />
        </div>
      </section>
    </>
  );
}
