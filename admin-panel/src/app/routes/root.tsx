import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { requireSession } from "@/app/guard";
import { Shell } from "@/app/layout/shell";
import { NotFound } from "@/app/route-states";
import { localPath, text } from "@/lib/search";
import { modeQuery } from "@/lib/session";

export type Context = { cache: QueryClient };

export const root = createRootRouteWithContext<Context>()({});

/** `refused`: why a provider's sign-in did not work, as a code. */
type SignInSearch = { next?: string; refused?: string };

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): SignInSearch => ({ next: localPath(raw.next), refused: text(raw.refused) }),
  loader: ({ context }) => void context.cache.prefetchQuery(modeQuery),
  component: lazyRouteComponent(() => import("@/features/auth/sign-in-page"), "SignInPage"),
});

/** The parent of every page that needs a session. */
export const panel = createRoute({
  getParentRoute: () => root,
  id: "panel",
  beforeLoad: ({ context, location }) => requireSession(context.cache, location.href),
  component: Shell,
});

/** Inside the panel, so that its ways lead on. */
export const unknown = createRoute({ getParentRoute: () => panel, path: "$", component: NotFound });
