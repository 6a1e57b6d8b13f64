import type { Feed } from "../../api/types";
import { age, clockTime } from "../../format/time";
import type { Pulse as PulseState } from "../../store/live";
import { feedsInWords } from "../feeds/words";
import "./pulse.css";

/** The page's own state in words. */
export function pulseInWords({ state, quietMilliseconds, lastHeardAt }: PulseState): [string, string] {
  if (state === "past") return ["Not live", `: as at ${clockTime(lastHeardAt ?? 0)}`];
  if (state === "paused") return ["Paused", `: as at ${clockTime(lastHeardAt ?? 0)}`];
  if (state === "connecting") return ["Connecting", ""];
  if (state === "lost" && (quietMilliseconds === null || lastHeardAt === null))
    return ["Lost", ", no figures received yet"];
  const quiet = age(quietMilliseconds ?? 0);
  if (state === "lost") return [`Lost ${clockTime(lastHeardAt ?? 0)}`, `, ${quiet} ago`];
  return [state === "live" ? "Live" : "Delayed", `, ${quiet}`];
}

const shape: Record<PulseState["state"], preact.JSX.Element> = {
  live: <circle class="pulse-full" cx="5" cy="5" r="5" />,
  delayed: <circle class="pulse-ring" cx="5" cy="5" r="4" />,
  paused: <path class="pulse-cross" d="M2 0V10M8 0V10" />,
  connecting: <circle class="pulse-ring pulse-waiting" cx="5" cy="5" r="4" />,
  past: <path class="pulse-cross" d="M0 9L9 0M3 10L10 3M0 5L5 0" />,
  lost: <path class="pulse-cross" d="M1 1l8 8m0-8l-8 8" />,
};

/** Whether the page can be believed: the one pulse of a page. */
export function Pulse({ pulse, feeds }: { pulse: PulseState; feeds: Feed[] }) {
  const [lead, rest] = pulseInWords(pulse);
  return (
    <span class="pulse" id="pulse">
      <svg width="10" height="10" aria-hidden="true">
        {shape[pulse.state]}
      </svg>
      <span>
        <b>{lead}</b>
        {rest}
        {feeds.length > 0 && pulse.state !== "lost" && <span class="quiet"> · {feedsInWords(feeds)}</span>}
      </span>
    </span>
  );
}
