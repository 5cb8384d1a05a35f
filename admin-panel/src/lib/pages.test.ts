import { expect, it } from "vitest";

import { flatten, isDeep, toPage } from "./pages";

const page = (...ids: string[]) => ({ items: ids.map((id) => ({ id })), nextCursor: null });

it("a row that slipped onto the next page between two requests is shown once", () => {
  const pages = { pages: [page("a", "b"), page("b", "c")], pageParams: [null, "x"] };
  expect(flatten(pages).map((row) => row.id)).toEqual(["a", "b", "c"]);
});

it("a list that was not loaded yet is empty", () => expect(flatten(undefined)).toEqual([]));

it("a page is translated item by item", () => {
  expect(toPage({ items: [1, 2], next_cursor: "c" }, String)).toEqual({ items: ["1", "2"], nextCursor: "c" });
  expect(toPage({ items: [] }, String).nextCursor).toBeNull();
});

it("only a long list is deep, and a single thing never is", () => {
  expect(isDeep({ pages: [page(), page(), page(), page()], pageParams: [] })).toBe(true);
  expect(isDeep({ pages: [page()], pageParams: [] })).toBe(false);
  expect(isDeep({ id: "a" })).toBe(false);
});
