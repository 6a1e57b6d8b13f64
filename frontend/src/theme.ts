export type Theme = "light" | "dark";

/** How a board is shown: its address says it, so that a screen on a wall keeps it. */
export interface View {
  wall: boolean;
  /** "sun": light by day, dark from sunset. */
  theme: Theme | "sun";
}

/** `?wall=1` is the wall, `?theme=dark` and `?theme=light` the theme; a wall that is told neither follows the sun. */
export function viewOf(address: string): View {
  const asked = new URL(address).searchParams;
  const wall = asked.get("wall") === "1";
  const theme = asked.get("theme");
  return { wall, theme: theme === "dark" || theme === "light" ? theme : wall ? "sun" : "light" };
}

/** The address that shows the same board in another view. */
export function addressOf(address: string, { wall, theme }: View): string {
  const url = new URL(address);
  if (wall) url.searchParams.set("wall", "1");
  else url.searchParams.delete("wall");
  if (theme === (wall ? "sun" : "light")) url.searchParams.delete("theme");
  else url.searchParams.set("theme", theme);
  return url.href;
}

export const themeOf = (view: View, night: boolean): Theme =>
  view.theme === "sun" ? (night ? "dark" : "light") : view.theme;

/** Sets the tokens of a view on the page. */
export function applyView(view: View, night: boolean, root: HTMLElement) {
  root.dataset.theme = themeOf(view, night);
  root.dataset.size = view.wall ? "wall" : "desk";
}
