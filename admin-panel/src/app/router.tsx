import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { requireSession } from "./guard";
import { Shell } from "./layout/shell";
import { NotFound, RouteFailure, RouteLoading } from "./route-states";

import { jobSearch } from "@/features/jobs/search";
import { definitionsQuery } from "@/lib/definitions";
import { jobListQuery, jobQuery } from "@/lib/jobs";
import { localPath, parseSearch, stringifySearch, text } from "@/lib/search";


type Context = { cache: QueryClient };

const root = createRootRouteWithContext<Context>()({});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): { next?: string } => ({ next: localPath(raw.next) }),
  component: lazyRouteComponent(() => import("@/features/auth/sign-in-page"), "SignInPage"),
});

const panel = createRoute({
  getParentRoute: () => root,
  id: "panel",
  beforeLoad: ({ context, location }) => requireSession(context.cache, location.href),
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => panel,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/jobs" });
  },
});

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

const agents = createRoute({
  getParentRoute: () => panel,
  path: "/agents",
  validateSearch: (raw: Record<string, unknown>): { project_id?: string } => ({ project_id: text(raw.project_id) }),
  component: lazyRouteComponent(() => import("@/features/agents/agents-page"), "AgentsPage"),
});

const startAgent = createRoute({
  getParentRoute: () => panel,
  path: "/agents/new",
  validateSearch: (raw: Record<string, unknown>): { project_id?: string; agent_name?: string } => ({
    project_id: text(raw.project_id),
    agent_name: text(raw.agent_name),
  }),
  loader: ({ context }) => void context.cache.prefetchQuery(definitionsQuery),
  component: lazyRouteComponent(() => import("@/features/agents/start-agent-page"), "StartAgentPage"),
});

const agent = createRoute({
  getParentRoute: () => panel,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("@/features/agents/agent-page"), "AgentPage"),
});

const definitions = createRoute({
  getParentRoute: () => panel,
  path: "/definitions",
  loader: ({ context }) => void context.cache.prefetchQuery(definitionsQuery),
  component: lazyRouteComponent(() => import("@/features/definitions/definitions-page"), "DefinitionsPage"),
});

const newDefinition = createRoute({
  getParentRoute: () => panel,
  path: "/definitions/new",
  component: lazyRouteComponent(() => import("@/features/definitions/new-definition-page"), "NewDefinitionPage"),
});

const definition = createRoute({
  getParentRoute: () => panel,
  path: "/definitions/$name",
  component: lazyRouteComponent(() => import("@/features/definitions/definition-page"), "DefinitionPage"),
});

const tokens = createRoute({
  getParentRoute: () => panel,
  path: "/tokens",
  component: lazyRouteComponent(() => import("@/features/tokens/tokens-page"), "TokensPage"),
});

/** Inside the panel, so that its ways lead on. */
const unknown = createRoute({ getParentRoute: () => panel, path: "$", component: NotFound });

const routeTree = root.addChildren([
  signIn,
  panel.addChildren([home, jobs, job, agents, startAgent, agent, definitions, newDefinition, definition, tokens, unknown]),
]);

export const makeRouter = (context: Context) =>
  createRouter({
    routeTree,
    context,
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0, // TanStack Query decides what is fresh.
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: RouteFailure,
    defaultPendingComponent: RouteLoading,
    defaultPendingMs: 300,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  // The library asks for this interface by name; it is how links and params get their types.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
