type Rows = { code: string }[];
type Data = Record<string, unknown>;

/** A topic beside the overview, as far as it is known. */
export interface Topic {
  data: unknown;
  revision: number | null;
  /** A gap was seen: deltas are left aside until the whole comes. */
  awaitingSnapshot: boolean;
}

export const unheard: Topic = { data: null, revision: null, awaitingSnapshot: false };

const isObject = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isFigure = (value: Data) => "value" in value && "absent" in value;
const isRows = (value: unknown): value is Rows =>
  Array.isArray(value) && value.some((row) => isObject(row) && "code" in row);

/** What comes and goes, and is sent whole. */
const whole = new Set(["opel"]);

/** Data with a delta in it: rows by their code, figures whole, the rest key by key. */
export function changed(data: unknown, delta: unknown): unknown {
  if (!isObject(delta)) return delta;
  if (isRows(data)) return data.map((row) => (row.code in delta ? changed(row, delta[row.code]) : row));
  if (!isObject(data) || isFigure(delta)) return delta;
  const next: Data = { ...data };
  for (const [key, part] of Object.entries(delta))
    next[key] = whole.has(key) ? part : changed(data[key], part);
  return next;
}

export type TopicMessage =
  | { type: "snapshot"; topic: string; revision: number; data: unknown }
  | { type: "delta"; topic: string; previous: number; revision: number; data: unknown };

/** What a topic becomes with one more message; ask: whether something was missed, so that the whole must be asked for. */
export function heardOn(topic: Topic, message: TopicMessage): { topic: Topic; ask: boolean } {
  if (message.type === "snapshot")
    return { topic: { data: message.data, revision: message.revision, awaitingSnapshot: false }, ask: false };
  if (topic.awaitingSnapshot || topic.data === null || message.previous !== topic.revision)
    return { topic: { ...topic, awaitingSnapshot: true }, ask: !topic.awaitingSnapshot };
  const data = changed(topic.data, message.data);
  return { topic: { data, revision: message.revision, awaitingSnapshot: false }, ask: false };
}
