import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";
import { toHeld, type JobError } from "./jobs";
import { toDate } from "./time";

export const WINDOWS = ["1h", "6h", "24h", "7d"] as const;
export type Window = (typeof WINDOWS)[number];

export const windowOf = (value: unknown): Window | undefined => WINDOWS.find((one) => one === value);

type WireOverview = Answer<"/api/overview", "get">;
type WireQueue = WireOverview["queues"][number];
type WireFailure = WireOverview["failures"][number];
type WireWorkerPage = Answer<"/api/workers/{worker_id}", "get">;
type WireWorker = WireWorkerPage["worker"];
type WireOrder = WireWorkerPage["orders"][number];
type WireRunning = WireWorkerPage["running"][number];

export type Broker = WireOverview["broker"];
export type TaskTimes = WireOverview["tasks"][number];
export type Spend = WireOverview["spend"]["real"];
export type Queue = ReturnType<typeof toQueue>;
export type Worker = ReturnType<typeof toWorker>;
export type WorkerOrder = ReturnType<typeof toOrder>;
export type Running = ReturnType<typeof toRunning>;
export type FailedJob = ReturnType<typeof toFailure>;
export type Throughput = ReturnType<typeof toThroughput>;
export type Overview = ReturnType<typeof toOverview>;

const toThroughput = (wire: WireOverview["throughput"]) => ({
  window: wire.window,
  stepSeconds: wire.step_seconds,
  steps: wire.steps.map((step) => ({ ...step, at: new Date(step.at) })),
});

const toQueue = (wire: WireQueue) => ({
  name: wire.name,
  deadLetters: wire.holds === "dead letters",
  tasks: wire.tasks,
  queued: wire.queued,
  scheduled: wire.scheduled,
  retrying: wire.retrying,
  running: wire.running,
  oldestQueuedAt: toDate(wire.oldest_queued_at),
  submittedPerMinute: wire.submitted_per_minute,
  endedPerMinute: wire.ended_per_minute,
  messages: wire.messages ?? null,
  consumers: wire.consumers ?? null,
  workers: wire.workers,
  unattended: wire.unattended,
  state: wire.state,
  pausedBy: wire.paused_by ?? null,
  pausedAt: toDate(wire.paused_at),
  reason: wire.reason ?? null,
  concurrencyLimit: wire.concurrency_limit ?? null,
  rateLimit: wire.rate_limit ?? null,
  inFlight: wire.in_flight,
  held: toHeld(wire.held),
  heldJobs: wire.held_jobs,
});

const toFailure = (wire: WireFailure) => ({
  id: wire.id,
  task: wire.task,
  queue: wire.queue,
  error: (wire.error ?? null) as JobError | null,
  endedAt: new Date(wire.ended_at),
});

const toWorker = (wire: WireWorker) => ({
  id: wire.id,
  name: wire.name,
  state: wire.state,
  host: wire.host,
  pid: wire.pid,
  pool: wire.pool ?? null,
  concurrency: wire.concurrency ?? null,
  queues: wire.queues,
  versions: wire.versions ?? null,
  vitals: wire.vitals ?? null,
  quietSince: toDate(wire.quiet_since),
  startedAt: new Date(wire.started_at),
  seenAt: new Date(wire.seen_at),
  endedAt: toDate(wire.ended_at),
  running: wire.running,
  doneLastHour: wire.done_last_hour,
  starts: wire.starts,
});

const toOrder = (wire: WireOrder) => ({
  id: wire.id,
  kind: wire.kind,
  count: wire.count ?? null,
  askedBy: wire.asked_by,
  askedAt: new Date(wire.asked_at),
  takenAt: toDate(wire.taken_at),
  outcome: wire.outcome ?? null,
  result: wire.result ?? null,
});

const toRunning = (wire: WireRunning) => ({
  id: wire.id,
  task: wire.task,
  queue: wire.queue,
  attempt: wire.attempt,
  step: wire.progress?.step ?? null,
  startedAt: new Date(wire.started_at),
});

const toOverview = (wire: WireOverview) => ({
  open: wire.open as Partial<Record<string, number>>,
  ever: wire.ever,
  throughput: toThroughput(wire.throughput),
  queues: wire.queues.map(toQueue),
  broker: wire.broker,
  workers: wire.workers,
  spend: wire.spend,
  tasks: wire.tasks,
  failures: wire.failures.map(toFailure),
});

// Events refresh these pages; this finds what no event tells, as a worker that was killed without a broker.
const refetchInterval = 20_000;

export const overviewQuery = (window: Window = "1h") =>
  queryOptions({
    queryKey: ["overview", window],
    queryFn: ({ signal }) => unwrap(client.GET("/api/overview", { params: { query: { window } }, signal })).then(toOverview),
    refetchInterval,
  });

export const queuesQuery = queryOptions({
  queryKey: ["queues", "list"],
  queryFn: ({ signal }) =>
    unwrap(client.GET("/api/queues", { signal })).then(({ items, broker }) => ({ queues: items.map(toQueue), broker })),
  refetchInterval,
});

export const queueQuery = (name: string, window: Window = "1h") =>
  queryOptions({
    queryKey: ["queues", "detail", name, window],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/queues/{name}", { params: { path: { name }, query: { window } }, signal })).then((wire) => ({
        queue: toQueue(wire.queue),
        broker: wire.broker,
        throughput: toThroughput(wire.throughput),
        tasks: wire.tasks,
        failures: wire.failures.map(toFailure),
      })),
    // Another window of the same queue may stand in; another queue may not.
    placeholderData: (before, query) => (query?.queryKey[2] === name ? before : undefined),
    refetchInterval,
  });

export const workersQuery = queryOptions({
  queryKey: ["workers", "list"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/workers", { signal })).then((page) => page.items.map(toWorker)),
  refetchInterval,
});

export const workerQuery = (id: string) =>
  queryOptions({
    queryKey: ["workers", "detail", id],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/workers/{worker_id}", { params: { path: { worker_id: id } }, signal })).then((wire) => ({
        worker: toWorker(wire.worker),
        running: wire.running.map(toRunning),
        orders: wire.orders.map(toOrder),
        history: wire.history.map(toWorker),
      })),
    // An order is carried out within seconds.
    refetchInterval: ({ state }) => (state.data?.orders.some(({ outcome }) => outcome === null) ? 1_000 : refetchInterval),
  });
