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
  { path: /^\/ed$/, href: "/ed", name: "ED", load: () => import("./ed/ed") },
  {
    path: /^\/ambulance$/,
    href: "/ambulance",
    name: "Ambulance",
    load: () => import("./ambulance/ambulance"),
  },
  { path: /^\/beds$/, href: "/beds", name: "Beds", load: () => import("./beds/beds") },
  {
    path: /^\/discharge$/,
    href: "/discharge",
    name: "Discharge",
    load: () => import("./discharge/discharge"),
  },
  {
    path: /^\/virtual-wards$/,
    href: "/virtual-wards",
    name: "Virtual wards",
    load: () => import("./virtual-wards/virtual-wards"),
  },
  {
    path: /^\/community$/,
    href: "/community",
    name: "Community, mental health",
    load: () => import("./community/community"),
  },
  { path: /^\/feeds$/, href: "/feeds", name: "Feeds", load: () => import("./feeds/feeds") },
  { path: /^\/return$/, href: null, name: "Type a return", load: () => import("./return/return") },
  { path: /^\/trainer$/, href: null, name: "Trainer", load: () => import("./trainer/trainer") },
  { path: /^\/site\/([A-Z0-9]{3,9})$/, href: null, name: "Site", load: () => import("./site/site") },
];

export function routeOf(path: string): { route: Route; match: RegExpMatchArray } | null {
  for (const route of routes) {
    const match = path.match(route.path);
    if (match) return { route, match };
  }
  return null;
}
