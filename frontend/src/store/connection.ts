export type ConnectionState = "connecting" | "live" | "delayed" | "lost";

/** How the page stands: as its line to the server does, or at a past moment that is played, or with its clock stopped. */
export type PageState = ConnectionState | "past" | "paused";

export const DELAYED_AFTER_MS = 6_000;
export const LOST_AFTER_MS = 15_000;

/** What is known of the line to the server. Times are of the browser's steady clock, in milliseconds. */
export interface Line {
  startedAt: number;
  lastMessageAt: number | null;
  /** Attempts to connect that failed since the last message. */
  failures: number;
}

export function connectionState(line: Line, now: number): ConnectionState {
  if (line.failures > 0) return "lost";
  const quiet = now - (line.lastMessageAt ?? line.startedAt);
  if (quiet >= LOST_AFTER_MS) return "lost";
  if (line.lastMessageAt === null) return "connecting";
  return quiet >= DELAYED_AFTER_MS ? "delayed" : "live";
}

/** The pause before the next attempt: 0.5 s, then twice as long each time, at most 5 s. */
export const backoff = (attempt: number) => Math.min(5_000, 500 * 2 ** attempt);
