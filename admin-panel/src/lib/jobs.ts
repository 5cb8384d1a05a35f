import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";
import { keysetQuery, toPage } from "./pages";
import { toDate } from "./time";

export const JOB_STATES = [
  "waiting",
  "scheduled",
  "queued",
  "running",
  "retrying",
  "waiting_approval",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export type JobState = (typeof JOB_STATES)[number];

const FINAL: readonly JobState[] = ["succeeded", "failed", "cancelled"];
export const isFinal = (state: JobState): boolean => FINAL.includes(state);

export const DUE_LATER = ["scheduled", "retrying"] as const satisfies readonly JobState[];
export const isDueLater = (state: JobState): boolean => DUE_LATER.some((one) => one === state);

export type JobError = { class_name: string; message: string; kind: string };
export type JobProgress = { step: string; done: number | null; total: number | null; message: string | null };

type WireJob = Answer<"/api/jobs/{job_id}", "get">;
export type Job = ReturnType<typeof toJob>;

type WireHeld = { by: "paused" | "concurrency" | "rate"; until?: string | null };

/** What keeps the next job from being dispatched, and until when where that is known. */
export const toHeld = (wire: WireHeld | null | undefined) => (wire ? { by: wire.by, until: toDate(wire.until) } : null);
export type Held = NonNullable<ReturnType<typeof toHeld>>;

export const toJob = (wire: WireJob) => ({
  id: wire.id,
  task: wire.task,
  queue: wire.queue,
  state: wire.state as JobState,
  projectId: wire.project_id ?? null,
  payload: wire.payload as unknown,
  result: wire.result as unknown,
  resultExpiredAt: toDate(wire.result_expired_at),
  error: (wire.error ?? null) as JobError | null,
  attempt: wire.attempt,
  retries: wire.retries,
  slices: wire.slices,
  stateBytes: wire.state_bytes ?? null,
  progress: (wire.progress ?? null) as JobProgress | null,
  worker: wire.worker ?? null,
  retryOf: wire.retry_of ?? null,
  parentId: wire.parent_id ?? null,
  workflowId: wire.workflow_id ?? null,
  idempotencyKey: wire.idempotency_key ?? null,
  cancelRequested: wire.cancel_requested,
  held: toHeld(wire.held),
  deadLetter: wire.dead_letter ?? null,
  webhookHost: wire.webhook_host ?? null,
  hidden: wire.hidden,
  omitted: wire.omitted,
  submittedBy: wire.submitted_by ?? null,
  dueAt: toDate(wire.due_at),
  expiresAt: toDate(wire.expires_at),
  createdAt: new Date(wire.created_at),
  startedAt: toDate(wire.started_at),
  endedAt: toDate(wire.ended_at),
});

export type JobFilter = {
  state?: JobState[];
  task?: string;
  queue?: string;
  project_id?: string;
  parent_id?: string;
  retry_of?: string;
  q?: string;
};

export const jobKeys = {
  lists: ["jobs", "list"] as const,
  details: ["jobs", "detail"] as const,
  detail: (id: string) => ["jobs", "detail", id] as const,
};

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: jobKeys.detail(id),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/jobs/{job_id}", { params: { path: { job_id: id } }, signal })).then(toJob),
  });

export const jobListQuery = (filter: JobFilter, limit = 100) =>
  keysetQuery([...jobKeys.lists, filter, limit], (cursor, signal) =>
    unwrap(client.GET("/api/jobs", { params: { query: { ...filter, limit, cursor } }, signal })).then((page) => toPage(page, toJob)),
  );

export type ScheduleFilter = Pick<JobFilter, "task" | "queue" | "project_id"> & { state?: (typeof DUE_LATER)[number][] };

/** Below the lists' key, so that the same hints refresh it. */
export const scheduledQuery = (filter: ScheduleFilter, limit = 100) =>
  keysetQuery([...jobKeys.lists, "scheduled", filter, limit], (cursor, signal) =>
    unwrap(client.GET("/api/scheduled", { params: { query: { ...filter, limit, cursor } }, signal })).then((page) => toPage(page, toJob)),
  );

/** Brings the time of a job that is due later forward to now. */
export const runJobNow = (id: string) =>
  unwrap(client.POST("/api/jobs/{job_id}/run-now", { params: { path: { job_id: id } } })).then(toJob);

export const cancelJob = (id: string) =>
  unwrap(client.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })).then(toJob);

/** A new job; with the old one's payload unless another is given. */
export const retryJob = (id: string, payload?: Record<string, unknown>) =>
  unwrap(client.POST("/api/jobs/{job_id}/retry", { params: { path: { job_id: id } }, body: payload ? { payload } : null }));
