/** What a bed is, as the ward's own record says it. */
export type BedState =
  | "occupied"
  | "ready_to_leave"
  | "cleaning"
  | "awaiting"
  | "free"
  | "kept"
  | "unstaffed"
  | "closed"
  | "unknown";

export interface Bed {
  state: BedState;
  /** Opened beyond the ward's core beds. */
  escalation?: boolean;
  /** What staff of the site call it: "A3", "cubicle 7". Never sent to those who may not see it. */
  name?: string;
  bay?: string;
  /** Why it is closed, or for whom it is kept. */
  reason?: string;
}

export const bedWords: Record<BedState, string> = {
  occupied: "occupied",
  ready_to_leave: "occupied, no criteria to reside",
  cleaning: "being cleaned",
  awaiting: "awaiting someone",
  free: "free: clean and staffed",
  kept: "kept for a kind",
  unstaffed: "no staff for it",
  closed: "closed",
  unknown: "state not known",
};

const order: BedState[] = [
  "ready_to_leave",
  "occupied",
  "unknown",
  "cleaning",
  "awaiting",
  "free",
  "kept",
  "unstaffed",
  "closed",
];

/** Marks without a name or a place: sorted by state, so that where a mark stands says nothing of whose bed it is. */
export function anonymous(beds: Bed[]): Bed[] {
  return beds
    .map(({ state, escalation = false }) => ({ state, escalation }))
    .sort(
      (a, b) =>
        Number(a.escalation) - Number(b.escalation) || order.indexOf(a.state) - order.indexOf(b.state),
    );
}

/** Marks for a ward that sends counts and no beds. */
export function fromCounts(counts: Partial<Record<BedState, number>>): Bed[] {
  return order.flatMap((state) => Array.from({ length: counts[state] ?? 0 }, () => ({ state })));
}

const said: [BedState, string][] = [
  ["free", "free"],
  ["awaiting", "awaiting someone"],
  ["cleaning", "being cleaned"],
  ["kept", "kept"],
  ["unstaffed", "without staff"],
  ["closed", "closed"],
  ["unknown", "not known"],
];

/** What is not simply occupied: "4 free, 1 awaiting someone, 6 closed, norovirus". */
export function restInWords(beds: Bed[]): string {
  return said
    .flatMap(([state, words]) => {
      const those = beds.filter((bed) => bed.state === state);
      const reasons = [...new Set(those.flatMap((bed) => bed.reason ?? []))];
      return those.length === 0 ? [] : [[`${those.length} ${words}`, ...reasons].join(", ")];
    })
    .join("; ");
}

/** The beds of each bay, in the order in which the bays first come. */
export function byBay(beds: Bed[]): [string, Bed[]][] {
  const bays = new Map<string, Bed[]>();
  for (const bed of beds) bays.set(bed.bay ?? "", [...(bays.get(bed.bay ?? "") ?? []), bed]);
  return [...bays];
}
