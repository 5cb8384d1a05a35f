import { expect, test } from "vitest";

import { hoursAgo, isFiltered, letterSearch, withDefault } from "./search";

test("what an address says wrongly counts as not said", () => {
  const search = letterSearch({ state: ["open", "lost"], cause: "sadness", task: "ping", since: "yesterday" });
  expect(search).toMatchObject({ state: ["open"], cause: undefined, task: "ping", since: undefined });
});

test("without a filter the open ones are listed, and that is no filter", () => {
  const search = letterSearch({});
  expect(isFiltered(search)).toBe(false);
  expect(withDefault(search).state).toEqual(["open"]);
});

test("a window begins at a full minute", () => {
  expect(hoursAgo(1, new Date("2026-01-02T10:20:30.400Z"))).toBe("2026-01-02T09:20:00.000Z");
});
