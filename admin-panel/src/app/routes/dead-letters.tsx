import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { letterSearch, withDefault } from "@/features/dead-letters/search";
import { letterQuery, lettersQuery } from "@/lib/dead-letters";

const letters = createRoute({
  getParentRoute: () => panel,
  path: "/dead-letters",
  validateSearch: letterSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.cache.prefetchInfiniteQuery(lettersQuery(withDefault(deps))),
  component: lazyRouteComponent(() => import("@/features/dead-letters/dead-letters-page"), "DeadLettersPage"),
});

const letter = createRoute({
  getParentRoute: () => panel,
  path: "/dead-letters/$letterId",
  loader: ({ context, params }) => void context.cache.prefetchQuery(letterQuery(params.letterId)),
  component: lazyRouteComponent(() => import("@/features/dead-letters/letter-page"), "LetterPage"),
});

export const deadLettersRoutes = [letters, letter] as const;
