import type { DistrictMap } from "../../api/types";

export interface Point {
  x: number;
  y: number;
}

export interface Place {
  code: string;
  /** The middle of the place's box. */
  middle: Point;
}

export interface Land {
  width: number;
  height: number;
  /** One path for all the districts. */
  districts: string;
  /** The lines between two places. */
  places: string;
  middles: Place[];
  project(longitude: number, latitude: number): Point;
}

type Ring = [number, number][];

const ringsOf = (feature: DistrictMap["features"][number]): Ring[] =>
  feature.geometry.type === "Polygon" ? feature.geometry.coordinates : feature.geometry.coordinates.flat();

/** Area of a ring on the map and the sum of its middle, for a mean weighted by area. */
function moment(ring: Point[]): { area: number; x: number; y: number } {
  let area = 0;
  let x = 0;
  let y = 0;
  ring.forEach((a, index) => {
    const b = ring[(index + 1) % ring.length] ?? a;
    const cross = a.x * b.y - b.x * a.y;
    area += cross / 2;
    x += ((a.x + b.x) * cross) / 6;
    y += ((a.y + b.y) * cross) / 6;
  });
  return { area, x, y };
}

/** Projects the districts to a box of the given width: longitude is shortened by the cosine of the middle latitude. */
export function drawLand(map: DistrictMap, width: number): Land {
  const rings = map.features.map((feature) => ({ place: feature.properties.place, rings: ringsOf(feature) }));
  const all = rings.flatMap((each) => each.rings.flat());
  const longitudes = all.map(([longitude]) => longitude);
  const latitudes = all.map(([, latitude]) => latitude);
  const west = Math.min(...longitudes);
  const east = Math.max(...longitudes);
  const south = Math.min(...latitudes);
  const north = Math.max(...latitudes);
  const shorten = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = width / ((east - west) * shorten);
  const project = (longitude: number, latitude: number): Point => ({
    x: (longitude - west) * shorten * scale,
    y: (north - latitude) * scale,
  });

  const at = ([longitude, latitude]: [number, number]) => {
    const { x, y } = project(longitude, latitude);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const districts = rings.flatMap((each) => each.rings.map((ring) => `M${ring.map(at).join("L")}Z`)).join("");

  // A stretch of boundary that two districts of different places share is a boundary of places.
  const owners = new Map<string, { path: string; places: Set<string> }>();
  for (const { place, rings: each } of rings)
    for (const ring of each)
      ring.slice(1).forEach((point, index) => {
        const ends = [at(ring[index] as [number, number]), at(point)].sort();
        const stretch = owners.get(ends.join()) ?? { path: `M${ends.join("L")}`, places: new Set<string>() };
        stretch.places.add(place);
        owners.set(ends.join(), stretch);
      });
  const places = [...owners.values()].flatMap((each) => (each.places.size > 1 ? [each.path] : [])).join("");

  const middles = [...new Set(rings.map((each) => each.place))].map((code) => {
    const sums = rings
      .filter((each) => each.place === code)
      .flatMap((each) => each.rings.map((ring) => moment(ring.map(([lon, lat]) => project(lon, lat)))));
    const area = sums.reduce((total, each) => total + each.area, 0);
    const x = sums.reduce((total, each) => total + each.x, 0) / area;
    const y = sums.reduce((total, each) => total + each.y, 0) / area;
    return { code, middle: { x, y } };
  });

  return { width, height: (north - south) * scale, districts, places, middles, project };
}
