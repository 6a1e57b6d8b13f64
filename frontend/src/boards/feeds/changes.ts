/** A field of a refused payload to be set, as it is typed; `out` takes the field out. */
export interface Change {
  path: string;
  value: string;
  out: boolean;
}

export const NO_CHANGE: Change = { path: "", value: "", out: false };

/** The fields that a redacted view names, by dotted path; those it only numbers are nobody's to name. */
export function pathsOf(redacted: Record<string, unknown>): string[] {
  return Object.entries(redacted).flatMap(([key, value]) => {
    if (key.includes(" ")) return [];
    if (value === null || typeof value !== "object" || Array.isArray(value)) return [key];
    return pathsOf(value as Record<string, unknown>).map((under) => `${key}.${under}`);
  });
}

/** What a typed value is sent as: JSON where it is JSON, else text, and so is a number too long to be kept whole. */
export function readValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
  } catch {
    return text;
  }
}

/** The fields to set, by path, null for one that is taken out; or what is wrong with how they were typed. */
export function fieldsOf(changes: Change[]): Record<string, unknown> | string {
  const typed = changes.filter(({ path, value, out }) => path.trim() || value || out);
  if (typed.length === 0) return "Say which field to set, and to what.";
  const fields = new Map<string, unknown>();
  for (const { path, value, out } of typed) {
    const name = path.trim();
    if (!name) return "A value has no field: say which one it is for.";
    if (fields.has(name)) return `${name} is named twice.`;
    if (!out && value.trim() === "") return `${name} has no value: type one, or take the field out.`;
    fields.set(name, out ? null : readValue(value.trim()));
  }
  return Object.fromEntries(fields);
}
