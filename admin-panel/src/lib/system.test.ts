import { expect, it } from "vitest";

import { worry, type Readiness } from "./system";

const parts = (overrides: Partial<Readiness> = {}): Readiness => ({ status: "ready", database: "up", broker: "up", workers: "2 alive", ...overrides });

it.each([
  [parts(), null],
  [parts({ workers: "none" }), "No workers"],
  [parts({ broker: "away" }), "Broker away"],
  [parts({ broker: "not set", workers: "none" }), "Broker not set"],
  [parts({ status: "not ready", database: "away", broker: "away" }), "Database away"],
])("of %j the worst is said: %s", (given, said) => expect(worry(given)).toBe(said));
