import { OpelChip, type OpelLevel } from "../opel/opel-chip";
import type { Point } from "./geometry";
import type { Placed } from "./labels";
import "./map-mark.css";

export interface MapMarkProps {
  site: string;
  name: string;
  at: Point;
  /** A full mark has a type 1 ED; an open one has none; a small one is no acute hospital. */
  form: "ed" | "no-ed" | "small";
  radius: number;
  label?: Placed;
  /** What stands under the name. */
  words?: string;
  /** Its level, where one is scored: the mark is then the level's own. */
  level?: OpelLevel;
  selected: boolean;
  onSelect(code: string): void;
}

const LEVEL = 26;

/** One site on the map, which leads to its board. Its mark is ink: there is no colour without a level. */
export function MapMark({
  site,
  name,
  at,
  form,
  radius,
  label,
  words,
  level,
  selected,
  onSelect,
}: MapMarkProps) {
  const choose = () => onSelect(site);
  return (
    <a
      class={`map-mark map-mark-${form}`}
      href={`/site/${site}`}
      data-map-site={site}
      onFocus={choose}
      onMouseEnter={choose}
    >
      {label ? (
        <rect
          class="map-mark-ground"
          x={label.box.left - 3}
          y={label.box.top - 1}
          width={label.box.right - label.box.left + 6}
          height={label.box.bottom - label.box.top + 3}
        />
      ) : (
        <title>{name}</title>
      )}
      <circle
        class="map-mark-reach"
        cx={at.x}
        cy={at.y}
        r={Math.max(radius + 2, form === "small" ? 6 : 12)}
      />
      {selected && <circle class="map-mark-ring" cx={at.x} cy={at.y} r={radius + 3.5} />}
      {level ? (
        <foreignObject x={at.x - LEVEL / 2} y={at.y - LEVEL / 2} width={LEVEL} height={LEVEL}>
          <OpelChip level={level} size={LEVEL} />
        </foreignObject>
      ) : (
        <circle class="map-mark-dot" cx={at.x} cy={at.y} r={radius} />
      )}
      {label && (
        <>
          <text class="map-mark-name" x={label.x} y={label.y} text-anchor={label.anchor}>
            {name}
          </text>{" "}
          {words && (
            <text class="map-mark-words" x={label.x} y={label.y + 14} text-anchor={label.anchor}>
              {words}
            </text>
          )}
        </>
      )}
      {!label && selected && (
        <text class="map-mark-aside" x={at.x} y={at.y - 8} text-anchor="middle">
          {name}
        </text>
      )}
    </a>
  );
}
