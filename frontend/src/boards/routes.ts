import type { ComponentType } from "preact";

/** A board: its address, its name, and its page, loaded when it is opened. `services/api/boards.py` serves the addresses. */
export interface Route {
  path: RegExp;
  /** Where the head of every board leads to; none for a board that is opened from another. */
  href: string | null;
  name: string;
  load(): Promise<{ Page: ComponentType<{ match: RegExpMatchArray }> }>;
}

export const routes: Route[] = [
  { path: /^\/$/, href: "/", name: "Overview", load: () => import("./overview/overview") },
  { path: /^\/site\/([A-Z0-9]{3,9})$/, href: null, name: "Site", load: () => import("./site/site") },
];

export function routeOf(path: string): { route: Route; match: RegExpMatchArray } | null {
  for (const route of routes) {
    const match = path.match(route.path);
    if (match) return { route, match };
  }
  return null;
}
