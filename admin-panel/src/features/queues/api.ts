import { client, unwrap } from "@/lib/api";

import type { Limits } from "./limits";

const at = (name: string) => ({ params: { path: { name } } });

export type PurgeOrder = { confirm: string; expected: number; delayed: boolean; messages: boolean; reason: string | null };

export const pauseQueue = (name: string, reason: string | null) =>
  unwrap(client.POST("/api/queues/{name}/pause", { ...at(name), body: { reason } }));

export const drainQueue = (name: string, reason: string | null) =>
  unwrap(client.POST("/api/queues/{name}/drain", { ...at(name), body: { reason } }));

export const resumeQueue = (name: string) => unwrap(client.POST("/api/queues/{name}/resume", at(name)));

export const limitQueue = (name: string, limits: Partial<Limits>) => unwrap(client.PATCH("/api/queues/{name}", { ...at(name), body: limits }));

export const countWaiting = (name: string, delayed: boolean) =>
  unwrap(client.GET("/api/queues/{name}/waiting", { params: { path: { name }, query: { delayed } } })).then((found) => found.waiting);

/** As many requests as it takes; answers how many jobs were cancelled. */
export async function purgeQueue(name: string, order: PurgeOrder): Promise<number> {
  let cancelled = 0;
  for (let next = order; ; ) {
    const done = await unwrap(client.POST("/api/queues/{name}/purge", { ...at(name), body: next }));
    cancelled += done.cancelled;
    if (done.left === 0 || done.cancelled === 0) return cancelled;
    next = { ...next, expected: done.left, messages: false };
  }
}
