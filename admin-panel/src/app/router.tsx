import { createRouter } from "@tanstack/react-router";

import { NotFound, RouteFailure, RouteLoading } from "./route-states";
import { agentsRoutes } from "./routes/agents";
import { deadLettersRoutes } from "./routes/dead-letters";
import { definitionsRoutes } from "./routes/definitions";
import { flowerRoutes } from "./routes/flower";
import { jobsRoutes } from "./routes/jobs";
import { panel, root, signIn, unknown, type Context } from "./routes/root";
import { overviewRoutes } from "./routes/overview";
import { queuesRoutes } from "./routes/queues";
import { scheduledRoutes } from "./routes/scheduled";
import { settingsRoutes } from "./routes/settings";
import { workersRoutes } from "./routes/workers";
import { workflowsRoutes } from "./routes/workflows";

import { parseSearch, stringifySearch } from "@/lib/search";

const routeTree = root.addChildren([
  signIn,
  panel.addChildren([
    ...overviewRoutes,
    ...jobsRoutes,
    ...scheduledRoutes,
    ...workflowsRoutes,
    ...deadLettersRoutes,
    ...agentsRoutes,
    ...definitionsRoutes,
    ...workersRoutes,
    ...queuesRoutes,
    ...flowerRoutes,
    ...settingsRoutes,
    unknown,
  ]),
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
