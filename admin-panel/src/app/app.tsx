import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { makeQueryClient } from "./query-client";
import { makeRouter } from "./router";
import { cssVariables, theme } from "./theme";

import { shareNonce, styleNonce } from "@/lib/csp";
import { useHasSpoken } from "@/lib/notify";
import { meQuery } from "@/lib/session";

shareNonce();

const Notifications = lazy(() => import("./notifications").then(({ Notifications }) => ({ default: Notifications })));

const cache = makeQueryClient(askToSignIn);
const router = makeRouter({ cache });
const colorScheme = localStorageColorSchemeManager();

/** The session has ended under an open page. */
function askToSignIn(): void {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in" || router.state.status === "pending") return; // The guard of the route is already at it.
  cache.removeQueries({ queryKey: meQuery.queryKey });
  void router.navigate({ to: "/sign-in", search: { next: href } });
}

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" colorSchemeManager={colorScheme} getStyleNonce={styleNonce}>
      {useHasSpoken() && <Suspense><Notifications position="bottom-right" limit={4} /></Suspense>}
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
