import { describe, expect, it } from "vitest";
import { mayPropose, opelUnder } from "../src/boards/frame/levels";
import { deedsOf, stepInWords } from "../src/components/opel/declaration";
import { overview } from "./factories";

const me = { title: "Manager", sites: ["RVV01"] as string[] | null, may: ["opel:propose"] };

describe("declaring a level", () => {
  it("goes from proposed to validated to agreed, and can be refused on the way", () => {
    expect(deedsOf("proposed")).toEqual(["validate", "refuse"]);
    expect(deedsOf("validated")).toEqual(["agree", "refuse"]);
    expect(deedsOf("agreed")).toEqual([]);
    expect(deedsOf("refused")).toEqual([]);
  });

  it("is offered to a site manager for the provider of their sites, and to the control centre for all", () => {
    expect(mayPropose(me, "RVV", overview())).toBe(true);
    expect(mayPropose(me, "RPA", overview())).toBe(false);
    expect(mayPropose(me, "QKS", overview())).toBe(false);
    expect(mayPropose({ ...me, sites: null }, "QKS", overview())).toBe(true);
    expect(mayPropose({ ...me, may: ["state:read"] }, "RVV", overview())).toBe(false);
    expect(mayPropose(null, "RVV", overview())).toBe(false);
  });

  it("says who took a step and when", () => {
    const step = {
      kind: "validated",
      at: "2026-01-12T14:10:00Z",
      who: "control-centre",
      role: "",
      why: null,
    } as const;
    expect(stepInWords(step, Date.parse("2026-01-12T18:40Z"))).toBe("Validated by control centre, 14:10");
  });

  it("opens from what carries a level and from nothing else", () => {
    const chip = {
      closest: (selector: string) => (selector === "[data-opel]" ? { dataset: { opel: "RVV" } } : null),
    };
    expect(opelUnder(chip as unknown as EventTarget)).toBe("RVV");
    expect(opelUnder({ closest: () => null } as unknown as EventTarget)).toBeNull();
  });
});
