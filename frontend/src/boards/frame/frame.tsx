import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { fetchMe } from "../../api/client";
import type { Overview } from "../../api/types";
import { isUnheard } from "../../components/feeds/words";
import { Header } from "../../components/header/header";
import { Stage } from "../../components/wall/stage";
import { WallHeader } from "../../components/wall/wall-header";
import { clockTime, shortDate } from "../../format/time";
import { hours, live } from "../../store";
import { view } from "../../store/view";
import { isNight } from "../../sun";
import { applyView } from "../../theme";
import { routeOf, routes } from "../routes";
import "./board.css";
import { useCarrying } from "./carrying";
import { useFetched } from "./fetched";
import { useKeptFocus } from "./focus";
import { openLastNight, Replaying, useReplayKeys } from "./replaying";

/** How a board is shown, and when. */
export interface Shown {
  wall: boolean;
  night: boolean;
  /** The system's clock in ms, still for ten seconds at a time; while the past is played, its moment. */
  now: number;
  /** Whether the page can ask the server for more: it is not lost. */
  isLive: boolean;
}

function LiveHeader() {
  const overview = live.overview.value;
  const me = useFetched(fetchMe, live.reads.value && (overview?.synthetic ?? false));
  const shared = {
    system: overview?.system.name ?? "",
    pulse: live.pulse.value,
    feeds: overview?.feeds ?? [],
    synthetic: overview?.synthetic ?? false,
    mixed: overview?.mixed ?? false,
    copyOf: overview?.copy_of?.name ?? null,
    rate: live.rate.value,
    now: live.now.value,
  };
  const here = routeOf(location.pathname)?.route ?? null;
  if (view.value.wall) return <WallHeader {...shared} here={here} />;
  const onReplay = live.player.value || shared.now === null ? undefined : openLastNight;
  return (
    <Header
      {...shared}
      steers={me?.may.includes("feed:steer") ?? false}
      history={overview?.history ?? null}
      boards={routes}
      here={here}
      onReplay={onReplay}
    />
  );
}

/** The head of every board and, while the past is played, the player under it. */
function Head() {
  const player = live.player.value;
  return (
    <div>
      <LiveHeader />
      {player && <Replaying player={player} wall={view.value.wall} />}
    </div>
  );
}

function Waiting({ lost }: { lost: boolean }) {
  const past = live.past.value;
  return (
    <main class="waiting">
      <p class="card">
        {past
          ? `Reading the figures of ${shortDate(past.at)}, ${clockTime(past.at)}.`
          : lost
            ? "Lightship cannot be reached. The page tries again by itself; no figure is shown until one has been received."
            : "Waiting for the first figures."}
      </p>
    </main>
  );
}

/** Said over every board while no event has come: what brings the first. */
function Nothing({ wall }: { wall: boolean }) {
  return (
    <aside class="nothing-yet" aria-label="Nothing received">
      <b>Nothing has been received yet.</b>{" "}
      {wall
        ? "Figures come with the first events."
        : "Figures come with the first events: sent to POST /api/v1/events, taken in from files by lightship import, or made up by lightship up, which brings synthetic people."}
    </aside>
  );
}

/** Whether it is night where the system is; day until its sites are known. */
function nightAt(overview: Overview | null, now: number): boolean {
  const [site] = overview?.sites ?? [];
  return site !== undefined && now > 0 && isNight(now, site.latitude, site.longitude);
}

export interface FrameProps {
  /** What is listened to beside the overview, such as `site:RVV01`. */
  topics?: string[];
  /** The board itself, once there is a live picture to draw; until then the frame says what it waits for. */
  children(overview: Overview, shown: Shown): ComponentChildren;
}

const none: string[] = [];

/** What every board stands in: the head with its pulse and clock, desk or wall, day or night, waiting and lost. */
export function Frame({ topics = none, children }: FrameProps) {
  const state = live.state.value;
  const overview = live.overview.value;
  const now = live.coarseNow.value;
  const shown = view.value;
  const night = nightAt(overview, now);
  useEffect(() => {
    document.documentElement.dataset.connection = state;
  }, [state]);
  useLayoutEffect(() => applyView(shown, night, document.documentElement), [shown, night]);
  useEffect(() => live.listen(topics), [topics]);
  const past = live.past.value;
  const reads = live.reads.value;
  useEffect(() => {
    if (reads) hours.at(now, past);
  }, [now, past, reads]);
  useReplayKeys();
  useCarrying();
  useKeptFocus();
  return (
    <Stage wall={shown.wall}>
      <Head />
      {!live.past.value && overview?.feeds.every(isUnheard) && <Nothing wall={shown.wall} />}
      {overview ? (
        children(overview, { wall: shown.wall, night, now, isLive: live.reads.value })
      ) : (
        <Waiting lost={state === "lost"} />
      )}
    </Stage>
  );
}
