import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { definitionsQuery } from "@/lib/definitions";

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

export const definitionsRoutes = [definitions, newDefinition, definition] as const;
