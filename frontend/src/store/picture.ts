import type { Measures, OpelSummary, Overview, OverviewDelta, ServerMessage } from "../api/types";

/** The live picture as far as it is known, and the revision it stands at. */
export interface Picture {
  overview: Overview | null;
  revision: number | null;
  /** A gap was seen: deltas are left aside until a whole snapshot comes. */
  awaitingSnapshot: boolean;
}

export const emptyPicture: Picture = { overview: null, revision: null, awaitingSnapshot: false };

export interface Received {
  picture: Picture;
  /** True when this message showed that something was missed, so that the whole must be asked for again. */
  ask: boolean;
}

function mergeMeasured<T extends { code: string; measures: Measures }>(
  items: T[],
  changes: Record<string, { measures?: Measures; opel?: OpelSummary | null; need?: number }> | undefined,
): T[] {
  if (!changes) return items;
  return items.map((item) => {
    const change = changes[item.code];
    if (!change) return item;
    return { ...item, ...change, measures: { ...item.measures, ...change.measures } };
  });
}

export function applyDelta(overview: Overview, delta: OverviewDelta, revision: number): Overview {
  return {
    ...overview,
    revision,
    as_at: delta.as_at ?? overview.as_at,
    known_at: delta.known_at ?? overview.known_at,
    clock: delta.clock ?? overview.clock,
    history: delta.history ?? overview.history,
    sites: mergeMeasured(overview.sites, delta.sites),
    totals: delta.totals ? { ...overview.totals, ...delta.totals } : overview.totals,
    opel: delta.opel === undefined ? overview.opel : delta.opel,
    places: mergeMeasured(overview.places, delta.places),
    providers: mergeMeasured(overview.providers, delta.providers),
    agreed: delta.agreed ?? overview.agreed,
    feeds: delta.feeds ?? overview.feeds,
    ...("ahead" in delta && { ahead: delta.ahead }),
  };
}

const gap = (picture: Picture): Received => ({
  picture: { ...picture, awaitingSnapshot: true },
  ask: !picture.awaitingSnapshot,
});

/** What the picture becomes with one more message from the server. */
export function receive(picture: Picture, message: ServerMessage): Received {
  switch (message.type) {
    case "snapshot":
      return {
        picture: { overview: message.data, revision: message.revision, awaitingSnapshot: false },
        ask: false,
      };
    case "delta": {
      if (picture.awaitingSnapshot || picture.overview === null || message.previous !== picture.revision)
        return gap(picture);
      const overview = applyDelta(picture.overview, message.data, message.revision);
      return { picture: { overview, revision: message.revision, awaitingSnapshot: false }, ask: false };
    }
    case "heartbeat":
      return picture.overview !== null && message.revision !== picture.revision
        ? gap(picture)
        : { picture, ask: false };
    default:
      return { picture, ask: false };
  }
}
