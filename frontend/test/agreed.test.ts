import { describe, expect, it } from "vitest";
import { agreedAt } from "../src/boards/frame/agreed";
import {
  lateInWords,
  manyInWords,
  noneInWords,
  sheetOfAgreed,
  sourceInWords,
  whatInWords,
  whenInWords,
  whereInWords,
} from "../src/components/agreed/words";
import { agreed } from "../src/gallery/examples";
import { applyDelta } from "../src/store/picture";
import { feed, overview } from "./factories";

const NOW = Date.parse("2026-01-12T18:40:00Z");
const names: Record<string, string> = { RVV01: "William Harvey", RVV09: "QEQM", RVV: "East Kent" };
const nameOf = (code: string) => names[code] ?? code;
const [incident, divert, asked, over, aid] = agreed;
if (!incident || !divert || !asked || !over || !aid) throw new Error("the examples are five");

describe("what is in force in words", () => {
  it("says what, where, since when and until when", () => {
    expect(whatInWords(incident)).toBe("Critical incident");
    expect(whereInWords(incident, nameOf)).toBe("William Harvey");
    expect(whenInWords(incident, NOW)).toBe("since 16:05, not stood down");
    expect(whatInWords(divert)).toBe("Divert of ambulances");
    expect(whereInWords(divert, nameOf)).toBe("QEQM to William Harvey");
    expect(whenInWords(divert, NOW)).toBe("since 16:05, to 20:30");
    expect(sourceInWords(divert, nameOf)).toBe("for crowding; told by East Kent");
    expect(whatInWords(aid)).toBe("Mutual aid, 4 staff");
  });

  it("says that it was to have ended, and that nobody agreed yet", () => {
    expect(whenInWords(over, NOW)).toBe("since 16:05, was to end 18:00");
    expect(whenInWords(asked, NOW)).toBe("asked for 16:05, not agreed yet");
    expect(whenInWords({ ...divert, until: null }, NOW)).toBe("since 16:05, no end given");
  });

  it("an incident of no site is the whole organisation's", () => {
    expect(whereInWords({ ...incident, site: null }, nameOf)).toBe("East Kent");
  });

  it("what a silent feed told says since when, what a live one told says nothing", () => {
    expect(lateInWords(aid, NOW)).toBe("lost 16:10");
    expect(lateInWords(divert, NOW)).toBe("");
  });

  it("counts what is asked for apart", () => {
    expect(manyInWords(agreed)).toBe("1 incident, 2 diverts, 1 mutual aid; 1 asked for");
    expect(manyInWords([asked])).toBe("1 asked for");
    expect(sheetOfAgreed([aid], nameOf, NOW)[1]?.at(-1)).toBe("lost 16:10");
  });
});

describe("nothing in force", () => {
  it("is said by those who were heard, and names who fell silent", () => {
    expect(noneInWords([feed("East Kent", "live"), feed("Medway", "live")], NOW)).toBe(
      "No incident, divert or mutual aid in force, by 2 of 2 feeds",
    );
    const said = noneInWords([feed("East Kent", "live"), feed("Medway", "silent")], NOW);
    expect(said).toMatch(/by 1 of 2 feeds; Medway lost \S+/);
  });

  it("is not said where nobody was ever heard: silence is no all-clear", () => {
    const unheard = { ...feed("East Kent", "silent"), last_event_at: null };
    expect(noneInWords([unheard], NOW)).toBeNull();
    expect(noneInWords([], NOW)).toBeNull();
  });
});

describe("what concerns a site", () => {
  const at = (code: string, provider: string) => agreedAt(agreed, { code, provider });
  it("is what is there, goes there or comes from there, and the incidents of its organisation", () => {
    expect(at("RVV01", "RVV")).toHaveLength(5);
    expect(at("RVV09", "RVV")).toHaveLength(4);
    expect(at("RPA02", "RPA")).toEqual([]);
    expect(agreedAt([{ ...incident, site: null }], { code: "RVV02", provider: "RVV" })).toHaveLength(1);
  });
});

describe("the live picture", () => {
  it("takes what is in force whole, and keeps it where a delta says nothing of it", () => {
    const before = overview({ agreed: [divert] });
    expect(applyDelta(before, {}, 8).agreed).toEqual([divert]);
    expect(applyDelta(before, { agreed: [] }, 8).agreed).toEqual([]);
  });
});
