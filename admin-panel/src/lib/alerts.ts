import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";

export type Alert = Answer<"/api/alerts", "get">["items"][number];

/** What needs somebody's care, and how many dead letters wait for a decision. Asked again now and then: no event tells that the broker went away. */
export const alertsQuery = queryOptions({
  queryKey: ["alerts"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/alerts", { signal })),
  refetchInterval: 15_000,
});
