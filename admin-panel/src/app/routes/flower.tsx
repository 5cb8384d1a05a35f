import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { flowerQuery, isBehindOurDoor, placeInFlower } from "@/lib/flower";

// Not /flower: that is Flower itself, behind our own door.
const monitor = createRoute({
  getParentRoute: () => panel,
  path: "/monitor",
  validateSearch: (raw: Record<string, unknown>): { path?: string } => ({ path: placeInFlower(raw.path) }),
  loader: ({ context }) => void (isBehindOurDoor && context.cache.prefetchQuery(flowerQuery)),
  component: lazyRouteComponent(() => import("@/features/flower/flower-page"), "FlowerPage"),
});

export const flowerRoutes = [monitor] as const;
