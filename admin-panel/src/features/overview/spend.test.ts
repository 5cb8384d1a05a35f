import { expect, it } from "vitest";

import { spendNote, spendValue } from "./spend";

const none = { cost_micro_usd: null, calls: 0, unpriced_calls: 0 };
const some = (cost_micro_usd: number | null, calls = 2, unpriced_calls = 0) => ({ cost_micro_usd, calls, unpriced_calls });

it.each([
  [none, "$0"],
  [some(1_250_000), "$1.25"],
  [some(1_250_000, 3, 1), "≥ $1.25"],
  [some(null, 2, 2), "unpriced"],
])("of %j the sum is %s", (real, said) => expect(spendValue({ real })).toBe(said));

it("simulated money is called so, and stands apart", () => {
  expect(spendNote({ real: none, simulated: some(500_000) })).toBe("$0.5000 simulated · day in UTC");
  expect(spendNote({ real: some(1, 3, 1), simulated: none })).toBe("3 calls · 1 unpriced · day in UTC");
});
