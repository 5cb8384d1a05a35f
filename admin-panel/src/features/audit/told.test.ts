import { expect, it } from "vitest";

import { told } from "./told";

it("tells what changed in words, also what is nested", () => {
  const view = { name: "mine", shared: false, search: { state: ["failed"], q: null, columns: [] } };
  expect(told({ was: "viewer", now: view })).toBe("was: viewer, now: (name: mine, shared: false, search: (state: failed))");
});

it("counts what would be too long, and leaves out what is not there", () => {
  expect(told({ jobs: ["1", "2", "3", "4"], letters: ["1", "2"], reason: null, filter: {} })).toBe("jobs: 4, letters: 1 and 2");
});
