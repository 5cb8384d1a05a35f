import { describe, expect, it } from "vitest";

import { localPath, manyOf, parseSearch, stringifySearch, text } from "./search";

describe("the query string", () => {
  it("comes back as it was written", () => {
    const search = { state: ["running", "queued"], q: "a&b c" };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  it("leaves out what is not set", () => {
    expect(stringifySearch({ q: undefined, task: "", state: [] })).toBe("");
  });

  it("keeps what looks like a number as text", () => {
    expect(parseSearch("?project_id=007")).toEqual({ project_id: "007" });
  });
});

describe("a parameter", () => {
  it("that is not among the known ones counts as not set", () => {
    expect(manyOf(["a", "b"], ["a", "x", "a"])).toEqual(["a"]);
    expect(manyOf(["a", "b"], "x")).toBeUndefined();
    expect(text("  ")).toBeUndefined();
  });
});

describe("the place to return to after signing in", () => {
  it.each(["/jobs?state=failed", "/agents/1#chunks"])("may be %s", (path) => expect(localPath(path)).toBe(path));
  it.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""])("may not be %j", (path) =>
    expect(localPath(path)).toBeUndefined());
});
