import type { OpelLevel } from "../../api/types";
import { probability } from "../../format/number";
import "./opel-chip.css";

export type { OpelLevel };

export const opelWords: Record<OpelLevel, string> = {
  1: "steady",
  2: "pressure",
  3: "major pressure",
  4: "cannot deliver all care",
};

const outline: Record<OpelLevel, preact.JSX.Element> = {
  1: <circle cx="12" cy="12" r="11.2" />,
  2: <path d="M12 .2 23.8 12 12 23.8 .2 12Z" />,
  3: <path d="M12 1 24 22.4H0Z" />,
  4: (
    <>
      <path d="M1 1h22v22H1Z" />
      <path class="opel-inner" d="M3.6 3.6h16.8v16.8H3.6Z" />
    </>
  ),
};

export interface OpelChipProps {
  level: OpelLevel;
  /** At least 20. */
  size?: number;
  /** A level ahead is dashed, with its probability. */
  ahead?: { probability: number };
}

/** An OPEL level by shape, numeral and colour together. */
export function OpelChip({ level, size = 20, ahead }: OpelChipProps) {
  const name = ahead ? `OPEL ${level} ahead, ${probability(ahead.probability)}` : `OPEL ${level}`;
  return (
    <span class="opel">
      <svg
        class={ahead ? "opel-chip opel-ahead" : `opel-chip opel-${level}`}
        width={size}
        height={size}
        viewBox="-1 -1 26 26"
        role="img"
        aria-label={name}
      >
        {outline[level]}
        <text x="12" y={level === 3 ? 19.6 : 16.6} font-size="12.5">
          {level}
        </text>
      </svg>
      {ahead && <b>{probability(ahead.probability)}</b>}
    </span>
  );
}
