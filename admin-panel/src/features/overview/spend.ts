import { count, money, plural } from "@/lib/format";
import type { Overview } from "@/lib/operations";

type Spending = Overview["spend"];

/** Real money; what cannot be priced is said, and never shown as nothing. */
export function spendValue({ real }: Pick<Spending, "real">): string {
  if (real.calls === 0) return "$0";
  return real.cost_micro_usd !== null && real.unpriced_calls > 0 ? `≥ ${money(real.cost_micro_usd)}` : money(real.cost_micro_usd);
}

export function spendNote({ real, simulated }: Pick<Spending, "real" | "simulated">): string {
  const parts = [
    real.calls > 0 || simulated.calls === 0 ? plural(real.calls, "call") : null,
    real.unpriced_calls > 0 ? `${count(real.unpriced_calls)} unpriced` : null,
    simulated.calls > 0 ? `${money(simulated.cost_micro_usd)} simulated` : null,
    "day in UTC",
  ];
  return parts.filter(Boolean).join(" · ");
}
