import { queryOptions } from "@tanstack/react-query";

import { COLUMN_IDS, type ColumnId } from "./job-columns";

import { client, unwrap, type Answer } from "@/lib/api";
import type { JobFilter, JobState } from "@/lib/jobs";
import { manyOf } from "@/lib/search";

type WireView = Answer<"/api/views", "get">["items"][number];
export type View = ReturnType<typeof toView>;

const toView = ({ id, name, shared, mine, may_change, owner_name, search }: WireView) => ({
  id,
  name,
  shared,
  mine,
  mayChange: may_change,
  ownerName: owner_name,
  columns: manyOf(COLUMN_IDS, search.columns ?? []) ?? null,
  filter: {
    state: search.state?.length ? (search.state as JobState[]) : undefined,
    task: search.task ?? undefined,
    queue: search.queue ?? undefined,
    project_id: search.project_id ?? undefined,
    q: search.q ?? undefined,
  } satisfies JobFilter,
});

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => unwrap(client.GET("/api/views")).then((page) => page.items.map(toView)),
});

export type NewView = { name: string; shared: boolean; filter: JobFilter; columns: ColumnId[] | null };

const toBody = ({ name, shared, filter: { state, task, queue, project_id, q }, columns }: NewView) =>
  ({ name, shared, search: { state: state ?? [], task, queue, project_id, q, columns } });

export const saveView = (view: NewView) => unwrap(client.POST("/api/views", { body: toBody(view) }));

export const changeView = (id: string, view: NewView) =>
  unwrap(client.PUT("/api/views/{view_id}", { params: { path: { view_id: id } }, body: toBody(view) }));

type Shown = Pick<NewView, "filter" | "columns">;

/** Whether two would show the same list. */
export const isSame = (one: Shown, other: Shown): boolean => asText(one) === asText(other);

const asText = ({ filter: { state, task, queue, project_id, q }, columns }: Shown) =>
  JSON.stringify([state?.length ? [...state].sort() : null, task, queue, project_id, q, columns]);

export const deleteView = (id: string) => unwrap(client.DELETE("/api/views/{view_id}", { params: { path: { view_id: id } } }));
