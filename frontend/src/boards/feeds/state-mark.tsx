import type { FeedRow } from "../../api/types";
import { stateInWords } from "./words";

const shape: Record<FeedRow["state"], preact.JSX.Element> = {
  live: <circle class="feed-full" cx="6" cy="6" r="5" />,
  delayed: <circle class="feed-ring" cx="6" cy="6" r="4.2" />,
  silent: <path class="feed-cross" d="M2 2l8 8m0-8l-8 8" />,
};

/** How a feed stands, by shape and word. */
export function StateMark({ state, words }: { state: FeedRow["state"]; words?: string }) {
  return (
    <span class={`feed-state feed-state-${state}`}>
      <svg width="12" height="12" aria-hidden="true">
        {shape[state]}
      </svg>
      {words ?? stateInWords[state]}
    </span>
  );
}
