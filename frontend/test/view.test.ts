import { describe, expect, it } from "vitest";
import { isNight } from "../src/sun";
import { addressOf, themeOf, viewOf } from "../src/theme";

const address = "http://127.0.0.1:8080/";

describe("the sun over Kent", () => {
  const nightAt = (moment: string) => isNight(Date.parse(moment), 51.2, 0.7);

  it("sets at about ten past four in mid-January and twenty past nine at midsummer", () => {
    expect(nightAt("2026-01-12T16:05:00Z")).toBe(false);
    expect(nightAt("2026-01-12T16:20:00Z")).toBe(true);
    expect(nightAt("2026-06-21T20:10:00Z")).toBe(false);
    expect(nightAt("2026-06-21T20:22:00Z")).toBe(true);
  });

  it("rises before six at the equinox, and is down at midnight", () => {
    expect(nightAt("2026-03-20T05:50:00Z")).toBe(true);
    expect(nightAt("2026-03-20T06:05:00Z")).toBe(false);
    expect(nightAt("2026-06-21T23:59:00Z")).toBe(true);
  });
});

describe("a view", () => {
  it("is what the address asks for; a wall that is told nothing follows the sun", () => {
    expect(viewOf(address)).toEqual({ wall: false, theme: "light" });
    expect(viewOf(`${address}?theme=dark`)).toEqual({ wall: false, theme: "dark" });
    expect(viewOf(`${address}?wall=1`)).toEqual({ wall: true, theme: "sun" });
    expect(viewOf(`${address}?wall=1&theme=light`)).toEqual({ wall: true, theme: "light" });
  });

  it("is dark by night only where it follows the sun or is asked to be", () => {
    expect(themeOf({ wall: true, theme: "sun" }, true)).toBe("dark");
    expect(themeOf({ wall: true, theme: "sun" }, false)).toBe("light");
    expect(themeOf({ wall: true, theme: "light" }, true)).toBe("light");
  });

  it("comes back from its own address, whatever else that says", () => {
    for (const wall of [false, true])
      for (const theme of ["light", "dark", ...(wall ? (["sun"] as const) : [])] as const) {
        const written = addressOf(`${address}?find=RVV01`, { wall, theme });
        expect(viewOf(written)).toEqual({ wall, theme });
        expect(written).toContain("find=RVV01");
      }
    expect(addressOf(`${address}?wall=1&theme=dark`, { wall: false, theme: "light" })).toBe(address);
  });
});
