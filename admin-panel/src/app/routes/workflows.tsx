import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { tabSearch, workflowSearch } from "@/features/workflows/search";
import { workflowListQuery, workflowQuery } from "@/lib/workflows";

const workflows = createRoute({
  getParentRoute: () => panel,
  path: "/workflows",
  validateSearch: workflowSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.cache.prefetchInfiniteQuery(workflowListQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/workflows/workflows-page"), "WorkflowsPage"),
});

const workflow = createRoute({
  getParentRoute: () => panel,
  path: "/workflows/$workflowId",
  validateSearch: tabSearch,
  loader: ({ context, params }) => void context.cache.prefetchQuery(workflowQuery(params.workflowId)),
  component: lazyRouteComponent(() => import("@/features/workflows/workflow-page"), "WorkflowPage"),
});

export const workflowsRoutes = [workflows, workflow] as const;
