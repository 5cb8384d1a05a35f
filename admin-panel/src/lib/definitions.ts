import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";

export type AgentDefinition = Answer<"/api/agent-definitions", "get">["items"][number];
export type Profile = Answer<"/api/profiles", "get">["items"][number];

/** All of them: there are dozens, and a select needs the whole list. */
export const definitionsQuery = queryOptions({
  queryKey: ["definitions"],
  queryFn: () => unwrap(client.GET("/api/agent-definitions", { params: { query: { limit: 100 } } })).then((page) => page.items),
});

export const profilesQuery = queryOptions({
  queryKey: ["profiles"],
  queryFn: () => unwrap(client.GET("/api/profiles")).then((page) => page.items),
  staleTime: Infinity, // Profiles are part of the server's build.
});
