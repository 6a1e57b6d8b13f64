import { fetchHours, get } from "../api/client";
import { createHours } from "./hours";
import { createLive } from "./live";
import { createShown } from "./replay";

function address(): string {
  const url = new URL("/api/v1/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

const later = (run: () => void, milliseconds: number) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

export const live = createShown(
  createLive({
    open: () => new WebSocket(address()),
    steadyNow: () => performance.now(),
    later,
    every: (run, milliseconds) => void setInterval(run, milliseconds),
    reload: () => location.reload(),
  }),
  {
    read: get,
    later,
    address: () => location.href,
    setAddress: (next) => history.replaceState(history.state, "", next),
  },
);

export const hours = createHours(fetchHours);
