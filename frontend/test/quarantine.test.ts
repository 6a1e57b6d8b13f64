import { describe, expect, it } from "vitest";
import { fieldsOf, NO_CHANGE, pathsOf, readValue } from "../src/boards/feeds/changes";

const change = (path: string, value: string) => ({ ...NO_CHANGE, path, value });

describe("mending a refused payload", () => {
  it("offers the fields that the redacted view names, and none that it only numbers", () => {
    const redacted = {
      source: "urn:nhs:ods:RVV",
      "unknown attribute 1": "redacted (text, 3 characters)",
      subject: null,
      data: { site: "redacted (text, 5 characters)", "unknown attribute 1": true, list: [1] },
    };
    expect(pathsOf(redacted)).toEqual(["source", "subject", "data.site", "data.list"]);
  });

  it("sends numbers and booleans as such, and everything else as text", () => {
    expect(readValue("2")).toBe(2);
    expect(readValue("true")).toBe(true);
    expect(readValue("RVV01")).toBe("RVV01");
    expect(readValue('"2"')).toBe("2");
    expect(readValue("2026-01-12T09:00:00Z")).toBe("2026-01-12T09:00:00Z");
    expect(readValue("12345678901234567890")).toBe("12345678901234567890");
  });

  it("sets several fields and takes others out", () => {
    const changes = [change(" data.site ", "RVV01"), NO_CHANGE, { path: "data.unit", value: "x", out: true }];
    expect(fieldsOf(changes)).toEqual({ "data.site": "RVV01", "data.unit": null });
    expect(fieldsOf([change("__proto__", "1")])).toHaveProperty(["__proto__"], 1);
  });

  it("says what is missing rather than guess it", () => {
    expect(fieldsOf([NO_CHANGE])).toContain("which field");
    expect(fieldsOf([change("", "RVV01")])).toContain("no field");
    expect(fieldsOf([change("data.site", " ")])).toContain("no value");
    expect(fieldsOf([change("data.site", "a"), change("data.site", "b")])).toContain("named twice");
  });
});
