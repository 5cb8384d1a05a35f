import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { DUE_LATER, scheduledQuery, type ScheduleFilter } from "@/lib/jobs";
import { manyOf, text } from "@/lib/search";

const scheduled = createRoute({
  getParentRoute: () => panel,
  path: "/scheduled",
  validateSearch: (raw: Record<string, unknown>): ScheduleFilter => ({
    state: manyOf(DUE_LATER, raw.state),
    task: text(raw.task),
    queue: text(raw.queue),
    project_id: text(raw.project_id),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.cache.prefetchInfiniteQuery(scheduledQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/jobs/scheduled-page"), "ScheduledPage"),
});

export const scheduledRoutes = [scheduled] as const;
