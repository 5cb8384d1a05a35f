import { expect, it } from "vitest";

import { ApiError, fieldErrors, isSignedOut, toApiError } from "./errors";

it("knows a session that has ended from any other refusal", () => {
  expect(isSignedOut(new ApiError(401, "Unauthenticated", ""))).toBe(true);
  expect(isSignedOut(new ApiError(403, "Forbidden", ""))).toBe(false);
  expect(isSignedOut(new Error("401"))).toBe(false);
});

it("gives a form its errors by field", () => {
  const error = new ApiError(422, "Invalid", "", [{ field: "body.context", message: "Too long." }, { field: "name", message: "Taken." }]);
  expect(fieldErrors(error)).toEqual({ context: "Too long.", name: "Taken." });
  expect(fieldErrors(new Error("no"))).toEqual({});
});

it("prefers the detail, then the title, then a sentence of its own", () => {
  expect(toApiError(409, { title: "Conflict", detail: "It exists." }).message).toBe("It exists.");
  expect(toApiError(409, { title: "Conflict" }).message).toBe("Conflict");
  expect(toApiError(500, {}).message).toContain("in trouble");
});
