import { expect, it } from "vitest";

import type { Throughput } from "./operations";
import { perMinute, spoken, stepSpan, totalsOf } from "./throughput";

const at = new Date(2026, 0, 5, 12, 15);
const step = { at, succeeded: 27, failed: 3, cancelled: 0 };
const over = (window: Throughput["window"], stepSeconds: number): Throughput => ({ window, stepSeconds, steps: [step, { ...step, failed: 0 }] });

it("endings are added up and told in one sentence", () => {
  expect(totalsOf(over("1h", 60))).toEqual({ succeeded: 54, failed: 3, cancelled: 0 });
  expect(spoken(over("6h", 300))).toBe("In the last 6 hours: 54 succeeded, 3 failed, 0 cancelled.");
});

it("a long step is spread over its minutes", () => expect(perMinute(step, over("24h", 900))).toBe(2));

it("a step of a minute is named by it, a longer one by both ends", () => {
  expect(stepSpan(step, over("1h", 60))).toBe("12:15");
  expect(stepSpan(step, over("24h", 900))).toBe("12:15–12:30");
  expect(stepSpan(step, over("7d", 7200))).toBe("Mon 12:15–14:15");
});
