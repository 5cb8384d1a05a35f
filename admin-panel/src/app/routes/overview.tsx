import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { overviewQuery, windowOf, type Window } from "@/lib/operations";

const overview = createRoute({
  getParentRoute: () => panel,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): { window?: Window } => ({ window: windowOf(raw.window) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.cache.prefetchQuery(overviewQuery(deps.window)),
  component: lazyRouteComponent(() => import("@/features/overview/overview-page"), "OverviewPage"),
});

export const overviewRoutes = [overview] as const;
