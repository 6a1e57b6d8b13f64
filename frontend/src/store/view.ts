import { signal } from "@preact/signals";
import { addressOf, themeOf, type View, viewOf } from "../theme";

/** How the board is shown now. */
export const view = signal<View>(viewOf(location.href));

function show(next: View) {
  view.value = next;
  history.replaceState(history.state, "", addressOf(location.href, next));
}

/** From desk to wall and back; the theme that was asked for stays, and one that was not follows the new size. */
export function toggleWall() {
  const { wall, theme } = view.value;
  const unasked = theme === (wall ? "sun" : "light");
  show({ wall: !wall, theme: unasked ? (wall ? "light" : "sun") : theme });
}

/** From day to night and back. */
export function toggleTheme(night: boolean) {
  show({ ...view.value, theme: themeOf(view.value, night) === "dark" ? "light" : "dark" });
}
