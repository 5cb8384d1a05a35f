import { expect, it } from "vitest";

import { totals } from "./totals";

import { modelCall } from "@/testing/factories";


it("tokens and prices add up", () => {
  expect(totals([modelCall(), modelCall({ inputTokens: 50 })])).toMatchObject({ inputTokens: 150, outputTokens: 40, cost: "$0.0032" });
});

it("a price that is unknown is not a price of zero", () => {
  expect(totals([modelCall(), modelCall({ costMicroUsd: null })]).cost).toBe("at least $0.0016");
  expect(totals([modelCall({ costMicroUsd: null })]).cost).toBe("unpriced");
});
