import { expect, it } from "vitest";

import { isFiltered, jobSearch } from "./search";

it("an empty address is the whole list", () => expect(isFiltered(jobSearch({}))).toBe(false));

it("one state and several states read alike", () => {
  expect(jobSearch({ state: "failed" }).state).toEqual(["failed"]);
  expect(jobSearch({ state: ["failed", "running"] }).state).toEqual(["failed", "running"]);
});

it("what the address says wrongly is not asked for", () => {
  expect(isFiltered(jobSearch({ state: "broken", q: "", page: "3" }))).toBe(false);
});
