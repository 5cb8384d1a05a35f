import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";
import { keysetQuery, toPage } from "./pages";
import { toDate } from "./time";

export const LETTER_STATES = ["open", "redriven", "discarded", "resolved"] as const;
export type LetterState = (typeof LETTER_STATES)[number];

export const CAUSES = ["permanent", "transient", "timeout", "poison", "invalid", "unknown_task", "unreadable", "not_json", "undelivered"] as const;
export type Cause = (typeof CAUSES)[number];

export type LetterFilter = { state?: LetterState[]; cause?: Cause[]; task?: string; queue?: string; project_id?: string; since?: string; until?: string; q?: string };

type WireLetter = Answer<"/api/dead-letters", "get">["items"][number];
type WireDetail = Answer<"/api/dead-letters/{letter_id}", "get">;
export type Letter = ReturnType<typeof toLetter>;
export type LetterDetail = ReturnType<typeof toDetail>;

const toLetter = (wire: WireLetter) => ({
  id: wire.id,
  jobId: wire.job_id,
  state: wire.state as LetterState,
  cause: wire.cause as Cause,
  task: wire.task,
  queue: wire.queue,
  projectId: wire.project_id,
  error: wire.error,
  at: new Date(wire.at),
  redrives: wire.redrives,
  redriveAt: toDate(wire.redrive_at),
  newJobId: wire.new_job_id,
  decidedBy: wire.decided_by,
  decidedAt: toDate(wire.decided_at),
  reason: wire.reason,
});

const toDetail = (wire: WireDetail) => ({
  ...toLetter(wire),
  payload: wire.payload as unknown,
  attempts: wire.attempts,
  xDeath: wire.x_death,
  headers: wire.headers,
  body: wire.body,
  history: wire.history as { at: string; what: string; by: string; job_id?: string; why?: string; reason?: string }[],
  hidden: wire.hidden,
});

export const letterKeys = { all: ["dead-letters"] as const, detail: (id: string) => ["dead-letters", "detail", id] as const };

export const lettersQuery = (filter: LetterFilter, limit = 100) =>
  keysetQuery([...letterKeys.all, "list", filter, limit], (cursor, signal) =>
    unwrap(client.GET("/api/dead-letters", { params: { query: { ...filter, limit, cursor } }, signal })).then((page) => toPage(page, toLetter)),
  );

export const letterQuery = (id: string) =>
  queryOptions({
    queryKey: letterKeys.detail(id),
    queryFn: ({ signal }) => unwrap(client.GET("/api/dead-letters/{letter_id}", { params: { path: { letter_id: id } }, signal })).then(toDetail),
  });

/** What went well the last time, held against what did not. */
export const diffQuery = (id: string) =>
  queryOptions({
    queryKey: [...letterKeys.detail(id), "diff"],
    queryFn: ({ signal }) => unwrap(client.GET("/api/dead-letters/{letter_id}/diff", { params: { path: { letter_id: id } }, signal })),
  });

export const rerunLetter = (id: string, payload?: Record<string, unknown>) =>
  unwrap(client.POST("/api/dead-letters/{letter_id}/rerun", { params: { path: { letter_id: id } }, body: payload ? { payload } : null }));

export const discardLetter = (id: string, reason: string) =>
  unwrap(client.POST("/api/dead-letters/{letter_id}/discard", { params: { path: { letter_id: id } }, body: { reason } }));

/** May be run again: nobody has, or somebody discarded it. */
export const isRunnable = ({ state }: { state: LetterState }): boolean => state === "open" || state === "discarded";
