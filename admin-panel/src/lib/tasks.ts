import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";

type WireTask = Answer<"/api/tasks", "get">["items"][number];
export type Task = ReturnType<typeof toTask>;

/** `ownRate`: what an operator has set in place of what the contract declares; `none` is no limit. */
const toTask = (wire: WireTask) => ({
  name: wire.name,
  queue: wire.queue,
  rate: wire.rate_limit ?? null,
  declaredRate: wire.declared_rate_limit ?? null,
  ownRate: wire.rate_limit_override ?? null,
});

export const tasksQuery = queryOptions({
  queryKey: ["tasks"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/tasks", { signal })).then((page) => page.items.map(toTask)),
});

export const limitTask = (task: string, rate: string | null) =>
  unwrap(client.PATCH("/api/tasks/{task}", { params: { path: { task } }, body: { rate_limit: rate } }));
