import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";
import { jobKeys, type JobError, type JobState } from "@/lib/jobs";
import { toDate } from "@/lib/time";

type WireEvent = Answer<"/api/jobs/{job_id}/events", "get">["items"][number];
type WireAttempt = Answer<"/api/jobs/{job_id}/attempts", "get">["items"][number];
type WireCall = Answer<"/api/jobs/{job_id}/calls", "get">["items"][number];

export type JobEvent = ReturnType<typeof toEvent>;
export type Attempt = ReturnType<typeof toAttempt>;
export type ModelCall = ReturnType<typeof toCall>;

const toEvent = (wire: WireEvent) => ({
  at: new Date(wire.at),
  kind: wire.kind,
  state: (wire.state ?? null) as JobState | null,
  attempt: wire.attempt ?? null,
  message: wire.message ?? null,
});

const toAttempt = (wire: WireAttempt) => ({
  number: wire.number,
  worker: wire.worker,
  outcome: (wire.outcome ?? null) as string | null,
  startedAt: new Date(wire.started_at),
  endedAt: toDate(wire.ended_at),
  error: (wire.error ?? null) as JobError | null,
  traceback: wire.traceback ?? null,
});

const toCall = (wire: WireCall) => ({
  id: wire.id,
  attempt: wire.attempt,
  step: wire.step,
  provider: wire.provider,
  model: wire.model,
  inputTokens: wire.input_tokens,
  outputTokens: wire.output_tokens,
  cachedTokens: wire.cached_tokens,
  costMicroUsd: wire.cost_micro_usd ?? null,
  latencyMs: wire.latency_ms,
  outcome: wire.outcome as string,
  error: (wire.error ?? null) as string | null,
});

// Keys lie under the job's own: one hint about a job refreshes all that its page shows. Each list comes whole.
export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: [...jobKeys.detail(id), "events"],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/jobs/{job_id}/events", { params: { path: { job_id: id } }, signal })).then((page) => page.items.map(toEvent)),
  });

export const attemptsQuery = (id: string) =>
  queryOptions({
    queryKey: [...jobKeys.detail(id), "attempts"],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/jobs/{job_id}/attempts", { params: { path: { job_id: id } }, signal })).then((page) => page.items.map(toAttempt)),
  });

export const callsQuery = (id: string) =>
  queryOptions({
    queryKey: [...jobKeys.detail(id), "calls"],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/jobs/{job_id}/calls", { params: { path: { job_id: id } }, signal })).then((page) => page.items.map(toCall)),
  });
