import { type Assurance, assuranceWords, type Variation, variationWords } from "./spc";

const wave = "M8 25q4-9 7 0t7 0 7 0";
const rising: [number, number][] = [
  [11, 31],
  [16, 30],
  [21, 28],
  [26, 26],
  [30, 24],
];

/** A variation icon of the Making Data Count kind: H or L for where, dots for how, a ring for what it means. */
export function VariationIcon({ variation, size = 40 }: { variation: Variation; size?: number }) {
  const [meaning, side] = variation.split("_") as [
    "improving" | "concerning" | "neither" | "common",
    "high" | "low" | undefined,
  ];
  const dots = side === "low" ? rising.map(([x, y]): [number, number] => [x, 55 - y]) : rising;
  return (
    <svg
      class={`spc-icon spc-icon-${meaning}`}
      width={size}
      height={size}
      viewBox="0 0 40 40"
      role="img"
      aria-label={variationWords[variation]}
    >
      <circle class="spc-ring" cx="20" cy="20" r="17.5" />
      {side === undefined ? (
        <>
          <path class="spc-wave" d={wave} />
          <circle class="spc-icon-dot" cx="12" cy="20" r="2" />
          <circle class="spc-icon-dot" cx="19" cy="28" r="2" />
          <circle class="spc-icon-dot" cx="26" cy="21" r="2" />
        </>
      ) : (
        <>
          <text x={side === "high" ? 17 : 23} y="20">
            {meaning === "neither" ? (side === "high" ? "\u2191" : "\u2193") : side === "high" ? "H" : "L"}
          </text>
          {dots.map(([x, y], index) => (
            <circle
              key={x}
              class={index < 2 ? "spc-icon-dot" : "spc-icon-dot spc-icon-special"}
              cx={x}
              cy={y}
              r="2"
            />
          ))}
        </>
      )}
    </svg>
  );
}

const letter: Record<Assurance, string> = { pass: "P", fail: "F", hit_and_miss: "?" };

/** An assurance icon: whether the process, left as it is, meets its target. */
export function AssuranceIcon({ assurance, size = 40 }: { assurance: Assurance; size?: number }) {
  return (
    <svg
      class={`spc-icon spc-icon-${assurance}`}
      width={size}
      height={size}
      viewBox="0 0 40 40"
      role="img"
      aria-label={assuranceWords[assurance]}
    >
      <circle class="spc-ring" cx="20" cy="20" r="17.5" />
      <path class="spc-icon-line" d="M8 27h24" />
      <text x="20" y="22">
        {letter[assurance]}
      </text>
    </svg>
  );
}
