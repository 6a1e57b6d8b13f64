import "./pips.css";

/** OPEL points of one parameter, 0 to 3, in ink. */
export function Pips({ points }: { points: 0 | 1 | 2 | 3 }) {
  return (
    <svg class="pips" width="7" height="17" role="img" aria-label={`${points} of 3 points`}>
      {[0, 1, 2].map((place) => (
        <path
          key={place}
          class={place < points ? "pip pip-on" : "pip"}
          d={`M.5 ${12 - place * 5.5}h5v4h-5z`}
        />
      ))}
    </svg>
  );
}
