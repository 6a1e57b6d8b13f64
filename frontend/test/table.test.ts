import { describe, expect, it } from "vitest";
import { sheetOf } from "../src/components/table/data-table";
import { inOrder, mostNeedFirst, pressedOrder } from "../src/components/table/order";
import { cellOf, fileName, toCsv, toTabs } from "../src/components/table/sheet";
import { countsFew, onWall, peopleOf } from "../src/format/small";
import { value } from "./factories";

const now = Date.parse("2026-01-12T18:40:00Z");

describe("the order of a table", () => {
  const rows = [
    { name: "b", beds: 2 },
    { name: "a", beds: null },
    { name: "c", beds: 2 },
    { name: "d", beds: 9 },
  ];
  const names = (descending: boolean, column = "beds") =>
    inOrder(rows, { column, descending }, (row, key) => (key === "beds" ? row.beds : row.name)).map(
      (row) => row.name,
    );

  it("keeps equals as they came, and puts what has no value last both ways", () => {
    expect(names(true)).toEqual(["d", "b", "c", "a"]);
    expect(names(false)).toEqual(["b", "c", "d", "a"]);
  });

  it("sorts words as words", () => expect(names(false, "name")).toEqual(["a", "b", "c", "d"]));

  it("begins with the greatest, turns round, and is worst first by need however often it is pressed", () => {
    const once = pressedOrder(mostNeedFirst, "beds");
    expect(once).toEqual({ column: "beds", descending: true });
    expect(pressedOrder(once, "beds").descending).toBe(false);
    expect(pressedOrder(pressedOrder(mostNeedFirst, "need"), "need")).toEqual(mostNeedFirst);
  });
});

describe("a wall", () => {
  const share = value({ value: 53 / 552, unit: "share", numerator: 53, denominator: 552 });

  it("says how many people a share counts, and nothing where there is no reading", () => {
    expect(peopleOf(share)).toMatchObject({ value: 53, unit: "people", absent: null });
    const silent = value({ value: null, unit: "share", absent: "feed_silent" });
    expect(peopleOf(silent)).toMatchObject({ value: null, absent: "feed_silent" });
  });

  it("shows one to four people as under 5, with the number nowhere in the reading", () => {
    const few = onWall(peopleOf({ ...share, numerator: 3 }));
    expect(few.absent).toBe("suppressed");
    expect(Object.values(few)).not.toContain(3);
    expect(onWall(value({ value: 0 })).value).toBe(0);
    expect(onWall(share)).toEqual(share);
  });
});

describe("what leaves the board", () => {
  it("is what is shown, under the same headings", () => {
    const columns = [
      { key: "site", title: "Site", cell: () => null, text: (row: { site: string }) => row.site },
      { key: "n", title: "In ED", note: "now", cell: () => null, text: () => "118" },
    ];
    expect(sheetOf(columns, [{ site: "QEQM" }])).toEqual([
      ["Site", "In ED, now"],
      ["QEQM", "118"],
    ]);
  });

  it("withholds one to four people, alone or in a share, and keeps nought, five and beds", () => {
    const people = (count: number) => countsFew(value({ value: count }));
    expect([0, 1, 4, 5].map(people)).toEqual([false, true, true, false]);
    const few = value({ value: 4 / 76, unit: "share", numerator: 4, denominator: 76 });
    expect(countsFew(few)).toBe(true);
    expect(countsFew(value({ value: 3, unit: "beds" }))).toBe(false);
    expect(cellOf(few, now)).toBe("under 5");
  });

  it("carries the age of a late figure and the reason of an absent one", () => {
    const late = value({ freshness: "delayed", as_of: "2026-01-12T18:29:00Z" });
    expect(cellOf(late, now)).toBe("118 (11 min old)");
    const none = value({ value: null, absent: "not_applicable", reason: "no type 1 ED" });
    expect(cellOf(none, now)).toBe("not applicable: no type 1 ED");
    expect(cellOf(undefined, now)).toBe("");
  });

  it("quotes what a comma, a quote or a new line would break", () => {
    expect(toCsv([["a,b", 'say "now"', "two\nlines", "plain"]])).toBe(
      '"a,b","say ""now""","two\nlines",plain\r\n',
    );
  });

  it("cannot run in a spreadsheet, and leaves signed numbers numbers", () => {
    expect(toCsv([["=SUM(A1)", "@x", "+cmd", "-cmd", "\u221218", "+13", "14.4%"]])).toBe(
      "'=SUM(A1),'@x,'+cmd,'-cmd,-18,+13,14.4%\r\n",
    );
  });

  it("pastes as one cell a column", () => {
    expect(
      toTabs([
        ["a\tb", "c"],
        ["d\ne", "=f"],
      ]),
    ).toBe("a b\tc\nd e\t'=f");
  });

  it("is saved under the table's name and the moment in London", () => {
    expect(fileName("Sites, by need", Date.parse("2026-07-01T17:05:00Z"))).toBe(
      "sites-by-need-2026-07-01-1805.csv",
    );
  });
});
