import "./board.css";

/** Stands in the place of a board that cannot be drawn yet, or not for this reader. */
export function Said({ children }: { children: string }) {
  return (
    <main class="waiting">
      <p class="card">{children}</p>
    </main>
  );
}
