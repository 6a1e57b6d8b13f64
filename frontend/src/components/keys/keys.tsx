import "./keys.css";

const keys: [string[], string][] = [
  [["J", "K"], "next and previous row"],
  [["Tab"], "next figure"],
  [["E", "Enter"], "explain the figure"],
  [["/"], "find a site"],
  [["R"], "play a past night back"],
  [["Space"], "in the past: play or pause"],
  [["←", "→"], "in the past: a step"],
  [["L"], "in the past: back to now"],
  [["W"], "wall or desk"],
  [["D"], "day or night"],
  [["Esc"], "close"],
  [["?"], "these keys"],
];

/** The keys of the board. */
export function Keys() {
  return (
    <div class="keys">
      <h2>Keys</h2>
      <dl>
        {keys.map(([names, meaning]) => (
          <div key={meaning} class="keys-row">
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
