import { count } from "./format";
import type { Throughput } from "./operations";

export const ENDINGS = ["succeeded", "failed", "cancelled"] as const;
export type Ending = (typeof ENDINGS)[number];
type Step = Throughput["steps"][number];

const WORDS = { "1h": "the last hour", "6h": "the last 6 hours", "24h": "the last 24 hours", "7d": "the last 7 days" };
const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndTime = new Intl.DateTimeFormat("en", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const totalsOf = ({ steps }: Throughput): Record<Ending, number> => ({
  succeeded: sum(steps, "succeeded"),
  failed: sum(steps, "failed"),
  cancelled: sum(steps, "cancelled"),
});

const sum = (steps: Step[], ending: Ending): number => steps.reduce((total, step) => total + step[ending], 0);

export const windowWords = ({ window }: Pick<Throughput, "window">): string => WORDS[window];

/** All endings of a step, spread over its minutes; the step that still goes on counts as a whole one. */
export const perMinute = (step: Step, { stepSeconds }: Throughput): number =>
  ENDINGS.reduce((total, ending) => total + step[ending], 0) / (stepSeconds / 60);

export function stepSpan({ at }: Step, { stepSeconds, window }: Throughput): string {
  if (window === "1h") return time.format(at);
  return `${(window === "7d" ? dayAndTime : time).format(at)}–${time.format(new Date(at.getTime() + stepSeconds * 1000))}`;
}

/** The chart in one sentence. */
export function spoken(throughput: Throughput): string {
  const totals = totalsOf(throughput);
  return `In ${windowWords(throughput)}: ${ENDINGS.map((ending) => `${count(totals[ending])} ${ending}`).join(", ")}.`;
}
