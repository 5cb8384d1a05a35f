import type { ModelCall } from "./api";

import { money } from "@/lib/format";


export type Totals = { inputTokens: number; outputTokens: number; cachedTokens: number; cost: string };

/** What some calls cost together. One price that is unknown makes the sum a lower bound, and it says so. */
export function totals(calls: ModelCall[]): Totals {
  const sum = (of: (call: ModelCall) => number) => calls.reduce((total, call) => total + of(call), 0);
  const priced = calls.filter((call) => call.costMicroUsd !== null);
  const known = money(priced.length > 0 ? sum((call) => call.costMicroUsd ?? 0) : null);
  return {
    inputTokens: sum((call) => call.inputTokens),
    outputTokens: sum((call) => call.outputTokens),
    cachedTokens: sum((call) => call.cachedTokens),
    cost: priced.length > 0 && priced.length < calls.length ? `at least ${known}` : known,
  };
}
