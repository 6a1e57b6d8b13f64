import { describe, expect, it } from "vitest";
import source from "../src/tokens.css?raw";

function tokensOf(selector: string): Record<string, string> {
  const start = source.indexOf(`${selector} {`);
  const block = source.slice(start, source.indexOf("}", start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]),
  );
}

const light = tokensOf(":root");
const dark = { ...light, ...tokensOf(':root[data-theme="dark"]') };

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Text needs 4.5 to its ground; a shape that carries a meaning needs 3. */
const text: [string, string][] = [
  ["ink", "ground"],
  ["ink", "panel"],
  ["ink", "land"],
  ["ink2", "ground"],
  ["ink2", "panel"],
  ["ink2", "land"],
  ["ink2", "ahead"],
  ["link", "panel"],
  ["link", "ground"],
  ["on-ink", "ink"],
  ["opel1-numeral", "opel1"],
  ["opel2-numeral", "opel2"],
  ["opel3-numeral", "opel3"],
  ["opel4-numeral", "opel4"],
  ["breach-numeral", "breach-fill"],
  ["focus-ink", "focus"],
];
const shapes: [string, string][] = [
  ["mark", "panel"],
  ["bed", "panel"],
  ["bed-ink", "bed"],
  ["breach", "panel"],
  ["breach-fill", "panel"],
  ["opel1", "panel"],
  ["opel2-edge", "panel"],
  ["opel3", "panel"],
  ["opel4-edge", "panel"],
  ["spc-improving", "panel"],
  ["spc-common", "panel"],
  ["spc-edge", "panel"],
];

describe.each([
  ["day", light],
  ["night", dark],
])("the colours by %s", (_, tokens) => {
  const between = ([front, back]: [string, string]) => contrast(tokens[front] ?? "", tokens[back] ?? "");

  it.each(text)("sets %s on %s as readable text", (...pair) =>
    expect(between(pair)).toBeGreaterThanOrEqual(4.5),
  );

  it.each(shapes)("tells %s from %s as a shape", (...pair) =>
    expect(between(pair)).toBeGreaterThanOrEqual(3),
  );
});
