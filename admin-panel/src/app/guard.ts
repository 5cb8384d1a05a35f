import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";

import { isSignedOut } from "@/lib/errors";
import { meQuery } from "@/lib/session";

/** Nobody sees a page of the panel without a session; after signing in they come back to where they wanted to go. */
export async function requireSession(cache: QueryClient, wanted: string): Promise<void> {
  try {
    await cache.ensureQueryData(meQuery);
  } catch (error) {
    if (isSignedOut(error)) throw redirect({ to: "/sign-in", search: { next: wanted } });
    throw error;
  }
}
