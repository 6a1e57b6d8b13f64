import type { Me, Overview } from "../../api/types";

/** Whether somebody may propose a level for a provider or the system: site managers for the provider of their sites. */
export function mayPropose(me: Me | null, code: string, overview: Overview): boolean {
  if (!me?.may.includes("opel:propose")) return false;
  return (
    me.sites === null ||
    overview.sites.some((site) => site.provider === code && me.sites?.includes(site.code))
  );
}

/** The opening of a level: a press on what carries `data-opel`. */
export const opelUnder = (target: EventTarget | null) =>
  (target as Element | null)?.closest<HTMLElement>("[data-opel]")?.dataset.opel ?? null;
