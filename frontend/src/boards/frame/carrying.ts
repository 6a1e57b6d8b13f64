import { useEffect } from "preact/hooks";
import { live } from "../../store";
import { routeOf } from "../routes";

/** Opens another board, at the past moment that is played where one is. */
export const openBoard = (path: string) => location.assign(live.carried(new URL(path, location.href).href));

/** A link to another board leads to the moment that is played, however it is followed; and to now when none is. */
function carry(event: MouseEvent) {
  const link = (event.target as Element).closest("a[href]");
  const to = link && new URL(link.getAttribute("href") ?? "", location.href);
  if (link && to?.origin === location.origin && routeOf(to.pathname))
    link.setAttribute("href", live.carried(to.href));
}

export function useCarrying() {
  useEffect(() => {
    const kinds = ["click", "auxclick"] as const;
    for (const kind of kinds) document.addEventListener(kind, carry, true);
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, carry, true);
    };
  }, []);
}
