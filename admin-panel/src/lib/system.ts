import { queryOptions } from "@tanstack/react-query";

import { client, type Answer } from "./api";
import { Unreachable } from "./errors";

export type Readiness = Answer<"/readyz", "get">;

/** How the parts are, in the server's words. Asked again now and then: no event tells that a part went away. */
export const readinessQuery = queryOptions({
  queryKey: ["readiness"],
  queryFn: async ({ signal }): Promise<Readiness> => {
    // A 503 answers the same words: it means that no job is taken, not that nothing is known.
    const { data, error } = await client.GET("/readyz", { signal });
    if (data ?? error) return (data ?? error) as Readiness;
    throw new Unreachable();
  },
  refetchInterval: 30_000,
});

/** One short sentence about the whole; null when there is nothing to worry about. */
export function worry({ status, broker, workers }: Readiness): string | null {
  if (status !== "ready") return "Database away";
  if (broker !== "up") return `Broker ${broker}`;
  return workers === "none" ? "No workers" : null;
}
