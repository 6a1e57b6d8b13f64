import { describe, expect, it } from "vitest";
import { levelInWords, scoreInWords } from "../src/components/opel/opel-level";
import { opel } from "./factories";

describe("a level in words", () => {
  it("is the level with its score of the greatest there is", () => {
    expect([levelInWords(opel()), scoreInWords(opel())]).toEqual(["OPEL 3", "17 of 24"]);
    expect(scoreInWords(opel({ score: 13.25, score_least: 13.25, score_most: 13.25 }))).toBe("13.3 of 24");
  });

  it("is the levels it lies between where a reading is missing, never the better of them", () => {
    const open = opel({ level: null, level_least: 2, score: null, score_least: 11, score_most: 14 });
    expect([levelInWords(open), scoreInWords(open)]).toEqual(["OPEL 2 to 3", "11 to 14 of 24"]);
  });

  it("is certain where every score it could have is the same level", () => {
    const sure = opel({ score: null, score_least: 15, score_most: 18 });
    expect([levelInWords(sure), scoreInWords(sure)]).toEqual(["OPEL 3", "15 to 18 of 24"]);
  });

  it("says so where nothing is scored, also beside a declared level", () => {
    const nothing = { level: null, level_least: null, level_most: null, score: null, of: null } as const;
    const declaredAlone = opel({ ...nothing, score_least: null, score_most: null });
    expect([levelInWords(null), levelInWords(declaredAlone)]).toEqual(["no level", "no level"]);
    expect(scoreInWords(declaredAlone)).toBe("not scored");
  });
});
