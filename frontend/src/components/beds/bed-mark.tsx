import type { Bed, BedState } from "./beds";

const PITCH = 11;
const LINE = 16;
/** More places than this go on in a second line: a waiting room is no longer than the page. */
const MOST = 44;

/** The strokes of each state in a box of nine, one class a path; the shape alone tells them apart. */
const drawn: Record<BedState, [string, string][]> = {
  occupied: [["bed-full", "M0 1h9v9h-9z"]],
  ready_to_leave: [
    ["bed-full", "M0 1h9v9h-9z"],
    ["bed-ink", "M2.9 3.9h3.2v3.2h-3.2z"],
  ],
  cleaning: [
    ["bed-thin", "M.5 1.5h8v8h-8z"],
    ["bed-stripe", "M.5 5.5L4.5 1.5M.5 9.5L8.5 1.5M4.5 9.5L8.5 5.5"],
  ],
  awaiting: [
    ["bed-edge", "M.6 1.6h7.8v7.8h-7.8z"],
    ["bed-half", "M0 1v9l9-9z"],
  ],
  free: [["bed-open", "M.9 1.9h7.2v7.2h-7.2z"]],
  kept: [["bed-kept", "M.6 1.6h7.8v7.8h-7.8z"]],
  unstaffed: [
    ["bed-thin", "M.5 1.5h8v8h-8z"],
    ["bed-cross", "M2.4 5.5h4.2"],
  ],
  closed: [["bed-cross", "M1 2l7 7m0-7l-7 7"]],
  unknown: [
    ["bed-thin", "M.5 1.5h8v8h-8z"],
    ["bed-query", "M4.5 3.4v2.6M4.5 7.2v.6"],
  ],
};

const escalated: [string, string][] = [
  ["bed-edge bed-hollow", "M.6 1.6h7.8v7.8h-7.8z"],
  ["bed-under", "M0 12h9"],
];

const pathsOf = (bed: Bed) => [...drawn[bed.state], ...(bed.escalation ? escalated : [])];

/** One bed, for the key and for a cell that carries its name. */
export function BedMark({ bed, size = 13 }: { bed: Bed; size?: number }) {
  return (
    <svg class="bed-mark" width={size} height={(size * 13) / 10} viewBox="-.5 0 10 13" aria-hidden="true">
      {pathsOf(bed).map(([name, path]) => (
        <path key={name + path} class={name} d={path} />
      ))}
    </svg>
  );
}

/** A row of beds, so that its length is the ward's capacity. */
export function BedMarks({ beds, label }: { beds: Bed[]; label: string }) {
  const width = Math.min(MOST, beds.length) * PITCH;
  const lines = Math.max(1, Math.ceil(beds.length / MOST));
  return (
    <svg class="bed-marks" width={width} height={lines * LINE - 2} role="img" aria-label={label}>
      {beds.map((bed, index) => (
        <g key={index} transform={`translate(${(index % MOST) * PITCH} ${Math.floor(index / MOST) * LINE})`}>
          {pathsOf(bed).map(([name, path]) => (
            <path key={name + path} class={name} d={path} />
          ))}
        </g>
      ))}
    </svg>
  );
}
