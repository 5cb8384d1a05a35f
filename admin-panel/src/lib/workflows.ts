import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";
import type { JobState } from "./jobs";
import { keysetQuery, toPage } from "./pages";
import { toDate } from "./time";

type WireWorkflow = Answer<"/api/workflows/{workflow_id}", "get">;
type WireSummary = Answer<"/api/workflows", "get">["items"][number];

export const WORKFLOW_STATES = ["running", "succeeded", "failed", "cancelled"] as const;
export type WorkflowState = (typeof WORKFLOW_STATES)[number];
export type WorkflowFilter = { state?: WorkflowState[]; project_id?: string; q?: string };

/** How many jobs there are in each state; a state without a job is left out. */
export type Counts = Partial<Record<JobState, number>>;
export type WorkflowSummary = ReturnType<typeof toSummary>;
export type WorkflowNode = ReturnType<typeof toNode>;
export type Container = ReturnType<typeof toContainer>;
export type Edge = WireWorkflow["edges"][number];
export type Workflow = ReturnType<typeof toWorkflow>;

const toSummary = (wire: WireSummary) => ({
  id: wire.id,
  name: wire.name,
  state: wire.state,
  projectId: wire.project_id,
  jobs: wire.jobs,
  ended: wire.ended,
  failed: wire.failed,
  cancelRequested: wire.cancel_requested,
  submittedBy: wire.submitted_by,
  createdAt: new Date(wire.created_at),
  startedAt: toDate(wire.started_at),
  endedAt: toDate(wire.ended_at),
});

const toNode = (wire: WireWorkflow["nodes"][number]) => ({
  key: wire.key,
  jobId: wire.job_id,
  task: wire.task,
  queue: wire.queue,
  state: wire.state as JobState,
  container: wire.container,
  attempt: wire.attempt,
  error: wire.error,
  createdAt: toDate(wire.created_at),
  queuedAt: toDate(wire.queued_at),
  startedAt: toDate(wire.started_at),
  endedAt: toDate(wire.ended_at),
});

const toContainer = (wire: WireWorkflow["containers"][number]) => ({
  id: wire.id,
  type: wire.type,
  label: wire.label,
  onFailure: wire.on_failure,
  parent: wire.parent,
});

const toWorkflow = (wire: WireWorkflow) => ({
  ...toSummary(wire),
  counts: wire.counts as Counts,
  nodes: wire.nodes.map(toNode),
  edges: wire.edges,
  containers: wire.containers.map(toContainer),
});

export const workflowKeys = {
  lists: ["workflows", "list"] as const,
  details: ["workflows", "detail"] as const,
};

export const workflowListQuery = (filter: WorkflowFilter) =>
  keysetQuery([...workflowKeys.lists, filter], (cursor, signal) =>
    unwrap(client.GET("/api/workflows", { params: { query: { ...filter, cursor } }, signal })).then((page) => toPage(page, toSummary)),
  );

export const workflowQuery = (id: string) =>
  queryOptions({
    queryKey: [...workflowKeys.details, id],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/workflows/{workflow_id}", { params: { path: { workflow_id: id } }, signal })).then(toWorkflow),
  });

export const cancelWorkflow = (id: string) =>
  unwrap(client.POST("/api/workflows/{workflow_id}/cancel", { params: { path: { workflow_id: id } } }));

/** What did not succeed runs again as new jobs. */
export const retryWorkflow = (id: string) =>
  unwrap(client.POST("/api/workflows/{workflow_id}/retry", { params: { path: { workflow_id: id } } }));
