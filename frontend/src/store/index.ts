import { createLive } from "./live";

function address(): string {
  const url = new URL("/api/v1/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export const live = createLive({
  open: () => new WebSocket(address()),
  steadyNow: () => performance.now(),
  later: (run, milliseconds) => void setTimeout(run, milliseconds),
  every: (run, milliseconds) => void setInterval(run, milliseconds),
});
