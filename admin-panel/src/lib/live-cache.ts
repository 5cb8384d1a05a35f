import type { Query, QueryClient } from "@tanstack/react-query";

import { deliveriesKey } from "./deliveries";
import { logKeys, withLines, type Level, type LogHint, type LogLine } from "./job-logs";
import { isFinal, jobKeys, type Job, type JobProgress } from "./jobs";
import { isDeep, type Pages } from "./pages";

type Progress = JobProgress & { job_id: string; attempt: number };

const FIRST_WAIT_MS = 100;
const BETWEEN_MS = 600;
// What sums up many jobs costs more to ask for, and nobody reads it faster than this.
const SUMMARIES = [["overview"], ["queues"], ["workers"], ["workflows"], ["alerts"], ["dead-letters"]] as const;
const BETWEEN_SUMMARIES_MS = 2000;

/**
 * Turns hints into invalidations. The database is the truth and an event only says "look again": a thousand hints about a
 * thousand jobs become one refetch of what is on the screen. Progress alone is written straight into the cache.
 */
export class LiveCache {
  private readonly jobs = new Set<string>();
  private readonly agents = new Set<string>();
  private readonly progress = new Map<string, Progress>();
  private timer?: ReturnType<typeof setTimeout>;
  private lastFlush = 0;
  private summaryTimer?: ReturnType<typeof setTimeout>;
  private lastSummary = 0;

  constructor(private readonly cache: QueryClient) {}

  take(name: string, data: unknown): void {
    const hint = data as { job_id?: string; agent_id?: string };
    if (name === "reset") return this.reload();
    if (name === "job-state" && hint.job_id) this.jobs.add(hint.job_id);
    if (name === "agent-state" && hint.agent_id) this.agents.add(hint.agent_id);
    if (name === "job-progress" && hint.job_id) this.progress.set(hint.job_id, hint as Progress);
    if (name === "job-log" && hint.job_id) this.logged(hint as LogHint);
    this.schedule();
    if (/^(job-state|workflow-|worker-|alert-)/.test(name)) this.scheduleSummaries();
  }

  /** Everything may have changed. */
  reload(): void {
    void this.cache.invalidateQueries();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.summaryTimer);
  }

  private schedule(): void {
    const wait = Math.max(FIRST_WAIT_MS, this.lastFlush + BETWEEN_MS - Date.now());
    this.timer ??= setTimeout(() => this.flush(), wait);
  }

  private scheduleSummaries(): void {
    const wait = Math.max(FIRST_WAIT_MS, this.lastSummary + BETWEEN_SUMMARIES_MS - Date.now());
    this.summaryTimer ??= setTimeout(() => this.flushSummaries(), wait);
  }

  private flushSummaries(): void {
    this.summaryTimer = undefined;
    this.lastSummary = Date.now();
    for (const queryKey of SUMMARIES) void this.cache.invalidateQueries({ queryKey });
  }

  private flush(): void {
    this.timer = undefined;
    this.lastFlush = Date.now();
    for (const hint of this.progress.values()) this.patch(hint);
    for (const id of this.jobs) void this.cache.invalidateQueries({ queryKey: jobKeys.detail(id) });
    for (const id of this.agents) void this.cache.invalidateQueries({ queryKey: ["agents", "detail", id] });
    if (this.jobs.size > 0) this.invalidateLists(jobKeys.lists);
    if (this.jobs.size > 0) void this.cache.invalidateQueries({ queryKey: deliveriesKey });
    if (this.agents.size > 0) this.invalidateLists(["agents", "list"]);
    this.jobs.clear();
    this.agents.clear();
    this.progress.clear();
  }

  /** Only a log that is open somewhere is in the cache; at once, since a tail that stutters is no tail. */
  private logged(hint: LogHint): void {
    for (const query of this.cache.getQueryCache().findAll({ queryKey: logKeys(hint.job_id) })) {
      const log = query.state.data as Pages<LogLine> | undefined; // What logsQuery keeps under this key.
      const next = log && withLines(log, hint, query.queryKey.at(-1) as Level | null);
      if (next) this.cache.setQueryData(query.queryKey, next);
      else void this.cache.invalidateQueries({ queryKey: query.queryKey });
    }
  }

  private invalidateLists(queryKey: readonly string[]): void {
    void this.cache.invalidateQueries({ queryKey, predicate: ({ state }) => !isDeep(state.data) });
    void this.cache.invalidateQueries({ queryKey, predicate: ({ state }) => isDeep(state.data), refetchType: "none" });
  }

  private patch(hint: Progress): void {
    const apply = (job: Job) => (job.id === hint.job_id ? withProgress(job, hint) : job);
    this.cache.setQueryData<Job>(jobKeys.detail(hint.job_id), (job) => job && apply(job));
    // Writing to a query clears its mark "changed since"; such a list is reloaded anyway.
    const predicate = (query: Query) => !query.state.isInvalidated;
    this.cache.setQueriesData<Pages<Job>>({ queryKey: jobKeys.lists, predicate }, (list) => list && mapPages(list, apply));
  }
}

/** Late progress of an earlier attempt, or of a job that has ended, is dropped. */
function withProgress(job: Job, { step, done, total, message, attempt }: Progress): Job {
  if (isFinal(job.state) || attempt < job.attempt) return job;
  return { ...job, progress: { step, done, total, message } };
}

const mapPages = (list: Pages<Job>, change: (job: Job) => Job): Pages<Job> => ({
  ...list,
  pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })),
});
