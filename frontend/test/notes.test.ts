import { describe, expect, it } from "vitest";
import type { Note } from "../src/api/notes";
import { marksOf, scopesFor } from "../src/boards/frame/noting";
import { onDays } from "../src/boards/frame/past";
import { roomOf } from "../src/components/notes/note-marks";
import { spanInWords } from "../src/components/notes/notes-list";
import { overview } from "./factories";

const at = (text: string) => Date.parse(text);
const now = at("2026-01-12T18:40Z");

const note = (change: Partial<Note> = {}): Note => ({
  id: "1",
  scope: "RVV01",
  scope_name: "William Harvey",
  measure: null,
  at: "2026-01-12T14:10:00Z",
  until: "2026-01-12T16:00:00Z",
  text: "CT scanner down",
  made_at: "2026-01-12T14:12:00Z",
  who: "control-centre",
  role: "control_centre",
  withdrawn: null,
  ...change,
});
const withdrawn = { at: "2026-01-12T15:00:00Z", who: "x", role: "y", why: "z" };

const group = (code: string, name: string) => ({ code, name, short_name: name, measures: {}, opel: null });
const system = overview({
  providers: [group("RVV", "East Kent Hospitals"), group("RPA", "Medway")],
  places: [group("east_kent", "East Kent")],
});
const me = { title: "Control centre", sites: null, may: ["notes:write"] };

describe("notes on moments", () => {
  it("are marked by the number they have in the list, and no more once withdrawn", () => {
    const marks = marksOf([
      note({ until: null }),
      note({ withdrawn, text: null }),
      note({ text: null }),
      note(),
    ]);
    expect(marks.map((each) => each.number)).toEqual([1, 4]);
    expect(marks[0]).toMatchObject({ from: at("2026-01-12T14:10Z"), to: null, words: "CT scanner down" });
    expect(marks[1]?.to).toBe(at("2026-01-12T16:00Z"));
  });

  it("say when in the words of the boards", () => {
    expect(spanInWords(note(), now)).toBe("14:10 to 16:00");
    expect(spanInWords(note({ until: null }), now)).toBe("14:10");
    expect(spanInWords(note({ at: "2026-01-11T23:00:00Z" }), now)).toBe("Sun 23:00 to Mon 12 Jan 16:00");
    expect(spanInWords(note({ at: "2026-01-02T23:00:00Z", until: null }), now)).toBe("Fri 2 Jan 23:00");
  });

  it("stand at the point of their day, and where there is none at no point", () => {
    const days = [at("2026-01-10T00:00Z"), at("2026-01-11T00:00Z")];
    const mark = (from: string, to: string | null) => ({
      number: 1,
      from: at(from),
      to: to ? at(to) : null,
      words: "",
    });
    expect(onDays([mark("2026-01-10T23:59Z", null)], days)).toMatchObject([{ from: days[0], to: null }]);
    expect(onDays([mark("2026-01-10T12:00Z", "2026-01-12T12:00Z")], days)).toMatchObject([
      { from: days[0], to: days[1] },
    ]);
    expect(onDays([mark("2026-01-12T00:00Z", null), mark("2026-01-09T12:00Z", null)], days)).toEqual([]);
  });

  it("take room under a chart only where there are some within it", () => {
    const within = { from: at("2026-01-12T00:00Z"), to: now };
    expect(roomOf(marksOf([note()]), within)).toBeGreaterThan(0);
    expect(roomOf(marksOf([note({ at: "2026-01-13T00:00:00Z", until: null })]), within)).toBe(0);
    expect(roomOf([], within)).toBe(0);
  });

  it("can be about the place of a figure and what that is part of", () => {
    const codes = (place: string, who = me) => scopesFor(place, system, who).map((each) => each.code);
    expect(codes("RVV01")).toEqual(["RVV01", "RVV", "east_kent", "QKS"]);
    expect(codes("RVV01-MAJORS")).toEqual(["RVV01", "RVV", "east_kent", "QKS"]);
    expect(codes("RPA")).toEqual(["RPA", "QKS"]);
    expect(codes("QKS")).toEqual(["QKS"]);
  });

  it("can be written only by who may, and by a site manager on their own sites", () => {
    expect(scopesFor("RVV01", system, null)).toEqual([]);
    expect(scopesFor("RVV01", system, { ...me, may: ["state:read"] })).toEqual([]);
    const manager = { ...me, sites: ["RVV01"] as string[] | null } as typeof me;
    expect(scopesFor("RVV01", system, manager).map((each) => each.code)).toEqual(["RVV01"]);
    expect(scopesFor("RN707", system, manager)).toEqual([]);
  });
});
