import { BandBar, BandKey } from "../../components/bands/band-bar";
import { MIXED, withoutSmall } from "../../components/bands/bands";
import { BedGrid, BedKey } from "../../components/beds/bed-grid";
import { Pips } from "../../components/pips/pips";
import { RhythmWeek } from "../../components/rhythm/rhythm";
import type { Standing } from "../../components/standing/standing";
import { VehicleStrip } from "../../components/vehicles/vehicle-strip";
import { WaitsStrip } from "../../components/waits/waits-strip";
import { areas, breaching, mercer, waitLines, wards } from "../examples";
import { Part, State, standings } from "../state";
import { NOW, reading, share } from "../values";

const bands = (...counts: number[]) => counts.map((count, past) => ({ count, past }));
const busyByDay = Array.from({ length: 168 }, (_, hour) => {
  const byDay = hour % 24 >= 8 && hour % 24 < 20 ? 0.95 : 0.25;
  return hour < 120 ? byDay : byDay * 0.6;
});

/** A ward's occupancy that stands as asked. */
function occupancy(standing: Standing) {
  if (standing.kind === "loading") return undefined;
  if (standing.kind === "absent")
    return reading({ value: null, absent: standing.absent, reason: standing.reason });
  const late = standing.kind === "live" ? {} : { as_of: new Date(standing.at).toISOString() };
  return share(12, 19, { freshness: standing.kind, ...late });
}

/** People, beds and vehicles. */
export function Flow() {
  return (
    <>
      <Part name="Bed grid" words="One mark a bed, one row a ward, so length is capacity.">
        <State words="What each mark means" wide>
          <BedKey />
        </State>
        <State words="The control centre: marks sorted by state, no name and no place" wide>
          <BedGrid label="Beds by ward" units={wards} view="marks" now={NOW} />
        </State>
        <State words="The site: which bed is which" wide>
          <BedGrid label="Beds of Mercer" units={[mercer]} view="named" now={NOW} onBed={() => undefined} />
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost} wide>
            <BedGrid
              label={`Beds: ${words}`}
              units={[{ ...mercer, occupancy: occupancy(standing) }]}
              view="marks"
              now={NOW}
            />
          </State>
        ))}
      </Part>
      <Part
        name="Waits strip"
        words="One mark a person by hours since arrival; nothing else is known of them."
      >
        <State words="Red past 12 hours; full where it is decided to admit" wide>
          <WaitsStrip
            label="Emergency department, William Harvey"
            rows={areas}
            lines={waitLines}
            now={NOW}
            width={560}
          />
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost} wide>
            <WaitsStrip
              label={`Waits: ${words}`}
              rows={areas.slice(0, 2)}
              lines={waitLines}
              now={NOW}
              standing={standing}
              width={360}
            />
          </State>
        ))}
      </Part>
      <Part
        name="Vehicle strip"
        words="One mark a vehicle on a minute axis; due in to the left, waiting to the right."
      >
        <State words="Breach: two over 45 min, red and past the line" wide>
          <VehicleStrip place="William Harvey" vehicles={breaching} limit={45} now={NOW} />
        </State>
        <State words="Busy: two waiting, no one over 30" wide>
          <VehicleStrip
            place="QEQM"
            vehicles={[
              { minutes: -20, category: "C3" },
              { minutes: -7, category: "C2" },
              { minutes: 6 },
              { minutes: 14 },
            ]}
            limit={45}
            now={NOW}
          />
        </State>
        <State words="Calm. Empty is drawn, so that silence is not mistaken for calm" wide>
          <VehicleStrip
            place="Maidstone"
            vehicles={[{ minutes: -16, category: "C3" }]}
            limit={45}
            now={NOW}
          />
        </State>
        <State words="Very long waits: the axis makes room, and the marks take lanes" wide>
          <VehicleStrip
            place="Medway Maritime"
            vehicles={[3, 4, 5, 6, 44, 46, 47, 90, 131].map((minutes) => ({ minutes }))}
            limit={45}
            now={NOW}
          />
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost} wide>
            <VehicleStrip
              place="QEQM"
              vehicles={breaching}
              limit={45}
              now={NOW}
              standing={standing}
              width={420}
            />
          </State>
        ))}
      </Part>
      <Part
        name="Bands"
        words="How many have waited how long, a shade a band, on one scale for a column. Red is past the line."
      >
        <State words="Most past the line" wide>
          <BandBar bands={bands(21, 12, 18)} most={51} breach={2} width={420} height={22} />
        </State>
        <State words="Few: a band too narrow for its number has none" wide>
          <BandBar bands={bands(22, 7, 2)} most={51} breach={2} width={420} height={22} />
        </State>
        <State words="On a wall, too few to tell apart" wide>
          <BandBar bands={withoutSmall(bands(21, 4, 3))} most={51} breach={2} width={420} height={22} />
        </State>
        <State words="Nobody" wide>
          <BandBar bands={[]} most={51} breach={2} width={420} height={22} />
        </State>
        <State words="Lost" lost wide>
          <BandBar bands={bands(21, 12, 18)} most={51} breach={2} width={420} height={22} />
        </State>
        <State words="Its key" wide>
          <BandKey words={["under 4 h", "4 to 12 h", "over 12 h"]} breach={2} mixed={MIXED} />
        </State>
      </Part>
      <Part
        name="Rhythm"
        words="When a feed usually sends, a bar an hour of the London week; this hour in ink."
      >
        <State words="Learned: little at night and at weekends" wide>
          <RhythmWeek shares={busyByDay} learned now={NOW} />
        </State>
        <State words="Expected of its kind" wide>
          <RhythmWeek shares={Array.from({ length: 168 }, () => 0.4)} learned={false} now={NOW} />
        </State>
      </Part>
      <Part name="Points" words="OPEL points of one parameter, 0 to 3, in ink.">
        {([0, 1, 2, 3] as const).map((points) => (
          <State key={points} words={`${points} of 3`}>
            <Pips points={points} />
          </State>
        ))}
      </Part>
    </>
  );
}
