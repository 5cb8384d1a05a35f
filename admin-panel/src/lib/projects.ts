import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";

import { client, unwrap } from "./api";

const projectsQuery = (q: string | undefined) =>
  queryOptions({
    queryKey: ["projects", q ?? null],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/projects", { params: { query: { q, limit: 50 } }, signal })).then((page) => page.items.map((one) => one.id)),
    staleTime: 60_000,
  });

/** Projects whose name holds what is typed: asked of the server, since there may be more than a list can show. */
export function useProjects(typed: string | undefined): string[] {
  const [rested] = useDebouncedValue(typed?.trim() || undefined, 300);
  return useQuery({ ...projectsQuery(rested), placeholderData: keepPreviousData }).data ?? [];
}
