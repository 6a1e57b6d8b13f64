import { useMemo } from "preact/hooks";
import type { DistrictMap, Group, Site } from "../../api/types";
import { absence, inWords } from "../../format/number";
import { leadingLevel } from "../opel/leading";
import { drawLand, type Land, type Point } from "./geometry";
import { type Label, placeLabels } from "./labels";
import { MapMark } from "./map-mark";
import "./system-map.css";

const LINE = 14;
/** The square pixels of its neighbours that the name of a place may touch; it is left out rather than cover more. */
const COVERED = 120;

export interface SystemMapProps {
  /** In pixels; a unit of the drawing is one of them. */
  width: number;
  districts: DistrictMap | null;
  sites: Site[];
  places: Group[];
  selected: string | null;
  onSelect(code: string): void;
  /** Names alone, where the figures stand elsewhere. */
  brief?: boolean;
}

/** People now in the department, or why there is no figure. */
function besideMark(site: Site): string {
  const value = site.measures["ed.in_department"];
  if (site.ed_type !== 1) return "no type 1 ED";
  if (!value) return "";
  if (value.absent !== null && value.absent !== "suppressed") return absence(value);
  return `${inWords(value)} in ED${value.freshness === "lost" ? ", lost" : ""}`;
}

/** A mark's area grows with the people in the department, between two modest sizes. */
function radiusOf(site: Site): number {
  const people = site.measures["ed.in_department"]?.value ?? null;
  if (site.ed_type !== 1 || people === null) return 5;
  return Math.min(11, Math.max(4.5, Math.sqrt(people) * 0.8));
}

const isAcute = (site: Site) => site.kind === "acute";
const textWidth = (text: string, perLetter: number) => text.length * perLetter;

function labelsFor(
  land: Land,
  acute: Site[],
  at: Map<string, Point>,
  places: Group[],
  others: Site[],
  brief = false,
) {
  const labels: Label[] = acute.map((site) => ({
    key: site.code,
    at: at.get(site.code) ?? { x: 0, y: 0 },
    radius: leadingLevel(site.opel) ? 13 : 10,
    width: Math.max(textWidth(site.short_name, 7), brief ? 0 : textWidth(besideMark(site), 5.8)),
    height: brief ? LINE : LINE * 2,
  }));
  const bounds = { left: -8, top: -4, right: land.width + 8, bottom: land.height + 6 };
  const small = others.map((site) => {
    const { x, y } = at.get(site.code) ?? { x: 0, y: 0 };
    return { left: x - 3, top: y - 3, right: x + 3, bottom: y + 3 };
  });
  const placed = placeLabels(labels, small, bounds, LINE);
  // Names of places come last and give way: each is tried from its middle outwards.
  const obstacles = [...placed.map((each) => each.box)];
  for (const label of labels)
    obstacles.push({
      left: label.at.x - 12,
      top: label.at.y - 12,
      right: label.at.x + 12,
      bottom: label.at.y + 12,
    });
  const names = land.middles.flatMap(({ code, middle }) => {
    const name = places.find((place) => place.code === code)?.name ?? "";
    const width = textWidth(name, 5.9);
    const outside = ({ x, y }: Point) =>
      Math.max(0, bounds.top + 11 - y) * width +
      Math.max(0, bounds.left - x + width / 2, x + width / 2 - bounds.right) * 15;
    const clash = ({ x, y }: Point) =>
      obstacles.reduce(
        (total, box) => {
          const across = Math.min(x + width / 2 + 5, box.right) - Math.max(x - width / 2 - 5, box.left);
          const down = Math.min(y + 4, box.bottom) - Math.max(y - 11, box.top);
          return total + Math.round(Math.max(0, across) * Math.max(0, down));
        },
        Math.round(outside({ x, y })),
      );
    const tries = [0, 16, -16, 28, -28, 40, -40, 52].flatMap((dy) =>
      [0, -18, 18, -34, 34, -56, 56].map((dx) => ({ x: middle.x + dx, y: middle.y + dy })),
    );
    const best = tries.reduce((least, each) => (clash(each) < clash(least) ? each : least));
    if (clash(best) > COVERED) return [];
    obstacles.push({
      left: best.x - width / 2,
      right: best.x + width / 2,
      top: best.y - 11,
      bottom: best.y + 4,
    });
    return [{ code, name, ...best }];
  });
  return { placed, names };
}

/** The districts of the system with a mark at each site. */
export function SystemMap({ width, districts, sites, places, selected, onSelect, brief }: SystemMapProps) {
  const land = useMemo(() => (districts ? drawLand(districts, width - 16) : null), [districts, width]);
  const layout = useMemo(() => {
    if (!land) return null;
    const at = new Map(sites.map((site) => [site.code, land.project(site.longitude, site.latitude)]));
    const acute = sites.filter(isAcute).sort((a, b) => a.code.localeCompare(b.code));
    const others = sites.filter((site) => !isAcute(site));
    return { at, acute, others, ...labelsFor(land, acute, at, places, others, brief) };
  }, [land, sites, places, brief]);
  if (!land || !layout) return <p class="map-none">The map has not been received yet.</p>;
  return (
    <svg class="map" viewBox={`-8 -6 ${width} ${Math.ceil(land.height) + 14}`}>
      <title>Map of the sites</title>
      <path class="map-land" d={land.districts} />
      <path class="map-places" d={land.places} />
      {layout.names.map((place) => (
        <text key={place.code} class="map-place" x={place.x} y={place.y}>
          {place.name}
        </text>
      ))}
      {layout.others.map((site) => (
        <MapMark
          key={site.code}
          site={site.code}
          name={site.short_name}
          at={layout.at.get(site.code) ?? { x: 0, y: 0 }}
          form="small"
          radius={2.6}
          selected={selected === site.code}
          onSelect={onSelect}
        />
      ))}
      {layout.acute.map((site, index) => (
        <MapMark
          key={site.code}
          site={site.code}
          name={site.short_name}
          at={layout.at.get(site.code) ?? { x: 0, y: 0 }}
          form={site.ed_type === 1 ? "ed" : "no-ed"}
          radius={radiusOf(site)}
          label={layout.placed[index]}
          words={brief ? undefined : besideMark(site)}
          level={leadingLevel(site.opel) ?? undefined}
          selected={selected === site.code}
          onSelect={onSelect}
        />
      ))}
    </svg>
  );
}
