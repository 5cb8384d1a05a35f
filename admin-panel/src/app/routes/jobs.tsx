import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { jobSearch } from "@/features/jobs/search";
import { jobListQuery, jobQuery } from "@/lib/jobs";

// Loaders start the requests while the page's code is still on its way; the pages say what is missing meanwhile.
const jobs = createRoute({
  getParentRoute: () => panel,
  path: "/jobs",
  validateSearch: jobSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.cache.prefetchInfiniteQuery(jobListQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/jobs/jobs-page"), "JobsPage"),
});

const job = createRoute({
  getParentRoute: () => panel,
  path: "/jobs/$jobId",
  loader: ({ context, params }) => void context.cache.prefetchQuery(jobQuery(params.jobId)),
  component: lazyRouteComponent(() => import("@/features/jobs/job-page"), "JobPage"),
});

export const jobsRoutes = [jobs, job] as const;
