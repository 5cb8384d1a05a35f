import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { queueQuery, queuesQuery, windowOf, type Window } from "@/lib/operations";

const queues = createRoute({
  getParentRoute: () => panel,
  path: "/queues",
  loader: ({ context }) => void context.cache.prefetchQuery(queuesQuery),
  component: lazyRouteComponent(() => import("@/features/queues/queues-page"), "QueuesPage"),
});

const queue = createRoute({
  getParentRoute: () => panel,
  path: "/queues/$name",
  validateSearch: (raw: Record<string, unknown>): { window?: Window } => ({ window: windowOf(raw.window) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.cache.prefetchQuery(queueQuery(params.name, deps.window)),
  component: lazyRouteComponent(() => import("@/features/queues/queue-page"), "QueuePage"),
});

export const queuesRoutes = [queues, queue] as const;
