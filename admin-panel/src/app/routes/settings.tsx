import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

const tokens = createRoute({
  getParentRoute: () => panel,
  path: "/tokens",
  component: lazyRouteComponent(() => import("@/features/tokens/tokens-page"), "TokensPage"),
});

export const settingsRoutes = [tokens] as const;
