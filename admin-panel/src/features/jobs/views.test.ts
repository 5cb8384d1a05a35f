import { expect, it } from "vitest";

import { isSame } from "./views";

it("a view is changed by its filters and columns, and not by their order", () => {
  const view = { filter: { state: ["failed" as const, "queued" as const], task: undefined }, columns: null };
  expect(isSame(view, { filter: { state: ["queued", "failed"] }, columns: null })).toBe(true);
  expect(isSame(view, { filter: { state: ["failed"] }, columns: null })).toBe(false);
  expect(isSame(view, { filter: view.filter, columns: ["state", "task"] })).toBe(false);
});
