import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

import { meQuery } from "@/lib/session";

/** Goes on to where the person wanted to go, once the server knows them. */
export function useEnter(next: string | undefined): () => Promise<void> {
  const cache = useQueryClient();
  const router = useRouter();
  return async () => {
    await cache.fetchQuery({ ...meQuery, staleTime: 0 });
    router.history.push(next ?? "/");
  };
}
