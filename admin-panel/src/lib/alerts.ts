import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";

export type Alert = Answer<"/api/alerts", "get">["items"][number];

/** What needs somebody's care. Asked again now and then: no event tells that the broker went away. */
export const alertsQuery = queryOptions({
  queryKey: ["alerts"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/alerts", { signal })).then((page) => page.items),
  refetchInterval: 15_000,
});
