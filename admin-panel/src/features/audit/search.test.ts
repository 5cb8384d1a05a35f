import { expect, test } from "vitest";

import { auditSearch, midnight } from "./search";

test("what the URL says wrongly counts as not said", () => {
  const found = auditSearch({ via: ["token", "magic"], result: "good", since: "2026-13-40", until: "2026-02-01", actor: " " });
  expect(found).toMatchObject({ via: ["token"], result: undefined, since: undefined, until: "2026-02-01", actor: undefined });
});

test("a day ends where the next one begins, also at the end of a month", () => {
  expect(midnight("2026-01-31", 1)).toBe(midnight("2026-02-01"));
  expect(midnight(undefined)).toBeUndefined();
});
