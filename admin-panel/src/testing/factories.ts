import type { Attempt, ModelCall } from "@/features/jobs/api";
import type { Job } from "@/lib/jobs";

let made = 0;

const make = (overrides: Partial<Job> = {}): Job => ({
  id: `job-${String(++made).padStart(8, "0")}`,
  task: "agent_initialization_task",
  queue: "agent_initialization_queue",
  state: "queued",
  projectId: "atlas",
  payload: {},
  result: null,
  resultExpiredAt: null,
  error: null,
  attempt: 0,
  retries: 0,
  slices: 0,
  stateBytes: null,
  progress: null,
  worker: null,
  retryOf: null,
  parentId: null,
  workflowId: null,
  idempotencyKey: null,
  cancelRequested: false,
  held: null,
  deadLetter: null,
  webhookHost: null,
  hidden: [],
  omitted: [],
  submittedBy: null,
  dueAt: null,
  expiresAt: null,
  createdAt: new Date("2026-01-02T03:04:05Z"),
  startedAt: null,
  endedAt: null,
  ...overrides,
});

const started = { attempt: 1, worker: "agents@host", startedAt: new Date("2026-01-02T03:04:06Z") };
const ended = { ...started, endedAt: new Date("2026-01-02T03:04:16Z") };

/** Jobs by state; a test mentions only what matters to it. */
export const job = {
  queued: make,
  running: (overrides: Partial<Job> = {}) =>
    make({ ...started, state: "running", progress: { step: "ingest", done: 1, total: 4, message: null }, ...overrides }),
  succeeded: (overrides: Partial<Job> = {}) => make({ ...ended, state: "succeeded", result: { ok: true }, ...overrides }),
  failed: (overrides: Partial<Job> = {}) =>
    make({ ...ended, state: "failed", error: { class_name: "ModelUnavailable", message: "503", kind: "transient" }, ...overrides }),
};

export const attempt = (overrides: Partial<Attempt> = {}): Attempt => ({
  number: 1,
  worker: "agents@host",
  outcome: null,
  startedAt: new Date("2026-01-02T03:04:06Z"),
  endedAt: null,
  error: null,
  traceback: null,
  ...overrides,
});

export const modelCall = (overrides: Partial<ModelCall> = {}): ModelCall => ({
  id: `call-${++made}`,
  attempt: 1,
  step: "brief",
  provider: "simulated",
  model: "gpt-4-turbo",
  inputTokens: 100,
  outputTokens: 20,
  cachedTokens: 0,
  costMicroUsd: 1600,
  latencyMs: 900,
  outcome: "succeeded",
  error: null,
  ...overrides,
});
