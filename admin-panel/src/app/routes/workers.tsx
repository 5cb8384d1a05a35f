import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { workerQuery, workersQuery } from "@/lib/operations";

const workers = createRoute({
  getParentRoute: () => panel,
  path: "/workers",
  loader: ({ context }) => void context.cache.prefetchQuery(workersQuery),
  component: lazyRouteComponent(() => import("@/features/workers/workers-page"), "WorkersPage"),
});

const worker = createRoute({
  getParentRoute: () => panel,
  path: "/workers/$workerId",
  loader: ({ context, params }) => void context.cache.prefetchQuery(workerQuery(params.workerId)),
  component: lazyRouteComponent(() => import("@/features/workers/worker-page"), "WorkerPage"),
});

export const workersRoutes = [workers, worker] as const;
