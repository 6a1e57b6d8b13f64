/** Dark when the address asks for it; light else. */
export function applyTheme(address: string, root: HTMLElement) {
  if (new URL(address).searchParams.get("theme") === "dark") root.dataset.theme = "dark";
}
