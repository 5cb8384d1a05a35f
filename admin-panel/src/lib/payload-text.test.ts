import { expect, it } from "vitest";

import { parsePayload } from "./payload-text";

it("an object is a payload", () => expect(parsePayload('{"a": [1]}')).toEqual({ payload: { a: [1] } }));

it("anything else is told what it is not", () => {
  expect(parsePayload("[1]")).toHaveProperty("problem");
  expect(parsePayload("null")).toHaveProperty("problem");
  expect(parsePayload("{a: 1}")).toHaveProperty("problem");
});
