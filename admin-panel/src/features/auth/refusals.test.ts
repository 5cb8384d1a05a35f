import { expect, test } from "vitest";

import { refusalFor } from "./refusals";

test("a code is a sentence that names the provider", () => {
  expect(refusalFor("not-allowed", "Google")).toContain("This Google account may not use Slipway.");
  expect(refusalFor("provider-away", null)).toContain("the provider does not answer");
});

test("what is no code is nothing, whatever the address says", () => {
  for (const code of [undefined, "", "<b>hello</b>", "constructor", "__proto__"]) expect(refusalFor(code, "Google")).toBeUndefined();
});
