import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";


import { jobKeys, type Job } from "./jobs";
import { LiveCache } from "./live-cache";
import type { Pages } from "./pages";

import { job } from "@/testing/factories";

const list = (jobs: Job[], pages = 1): Pages<Job> => ({
  pages: Array.from({ length: pages }, () => ({ items: jobs, nextCursor: null })),
  pageParams: [],
});

describe("hints from the stream", () => {
  const listKey = [...jobKeys.lists, {}];
  let cache: QueryClient;
  let live: LiveCache;
  const stale = (key: readonly unknown[]) => cache.getQueryState(key)?.isInvalidated;
  const settle = () => vi.advanceTimersByTime(1000);
  const progress = (of: Job, step: string, attempt = of.attempt) =>
    live.take("job-progress", { job_id: of.id, attempt, step, done: 3, total: 4, message: null });

  beforeEach(() => {
    vi.useFakeTimers();
    cache = new QueryClient();
    live = new LiveCache(cache);
  });

  it("make the job, all that lies under it, and the lists look again", () => {
    const running = job.running();
    const events = [...jobKeys.detail(running.id), "events"];
    cache.setQueryData(jobKeys.detail(running.id), running);
    cache.setQueryData(jobKeys.detail("other"), job.queued());
    cache.setQueryData(events, []);
    cache.setQueryData(listKey, list([running]));
    live.take("job-state", { job_id: running.id, state: "succeeded" });
    settle();
    expect([stale(jobKeys.detail(running.id)), stale(events), stale(listKey)]).toEqual([true, true, true]);
    expect(stale(jobKeys.detail("other"))).toBe(false);
  });

  it("never write a state: the server is asked", () => {
    const running = job.running();
    cache.setQueryData(jobKeys.detail(running.id), running);
    live.take("job-state", { job_id: running.id, state: "succeeded" });
    settle();
    expect(cache.getQueryData<Job>(jobKeys.detail(running.id))?.state).toBe("running");
  });

  it("are put together: a thousand of them look again once", () => {
    const spy = vi.spyOn(cache, "invalidateQueries");
    for (let n = 0; n < 1000; n++) live.take("job-state", { job_id: "same" });
    settle();
    expect(spy).toHaveBeenCalledTimes(4 + 6); // The job, the short lists, the long lists, the deliveries; and each summary.
  });

  it.each(["job-state", "workflow-state", "worker-online", "worker-offline", "alert-worker"])("of kind %s make the summaries look again, at most every two seconds", (kind) => {
    const overview = ["overview", "1h"];
    cache.setQueryData(overview, {});
    const spy = vi.spyOn(cache, "invalidateQueries");
    const looks = () => spy.mock.calls.filter(([filter]) => filter?.queryKey?.[0] === "overview").length;
    live.take(kind, { job_id: "one", worker: "w@host" });
    settle();
    expect([stale(overview), looks()]).toEqual([true, 1]);
    live.take(kind, { job_id: "two", worker: "w@host" });
    settle();
    expect(looks()).toBe(1);
    settle();
    expect(looks()).toBe(2);
  });

  it("mark a long list and do not reload it", () => {
    const spy = vi.spyOn(cache, "refetchQueries");
    cache.setQueryData(listKey, list([job.queued()], 9));
    live.take("job-state", { job_id: "any" });
    settle();
    expect(stale(listKey)).toBe(true);
    expect(spy.mock.calls.every(([filters]) => !filters?.predicate?.(cache.getQueryCache().find({ queryKey: listKey }) as never))).toBe(true);
  });

  it("of progress are written where the job is shown", () => {
    const running = job.running();
    cache.setQueryData(jobKeys.detail(running.id), running);
    cache.setQueryData(listKey, list([running]));
    progress(running, "brief");
    settle();
    expect(cache.getQueryData<Job>(jobKeys.detail(running.id))?.progress).toEqual({ step: "brief", done: 3, total: 4, message: null });
    expect(cache.getQueryData<Pages<Job>>(listKey)?.pages[0]?.items[0]?.progress?.step).toBe("brief");
  });

  it("of progress that come late are dropped", () => {
    const done = job.succeeded();
    const second = job.running({ attempt: 2 });
    for (const one of [done, second]) cache.setQueryData(jobKeys.detail(one.id), one);
    progress(done, "late");
    progress(second, "late", 1);
    settle();
    expect(cache.getQueryData<Job>(jobKeys.detail(done.id))?.progress).toBeNull();
    expect(cache.getQueryData<Job>(jobKeys.detail(second.id))?.progress?.step).toBe("ingest");
  });

  it("of an agent make it and the list of agents look again", () => {
    cache.setQueryData(["agents", "detail", "a"], {});
    cache.setQueryData(["agents", "list", {}], list([]));
    live.take("agent-state", { agent_id: "a", state: "ready" });
    settle();
    expect([stale(["agents", "detail", "a"]), stale(["agents", "list", {}])]).toEqual([true, true]);
  });

  it("that were too old to be replayed make everything look again, at once", () => {
    cache.setQueryData(["anything"], 1);
    live.take("reset", {});
    expect(stale(["anything"])).toBe(true);
  });
});
