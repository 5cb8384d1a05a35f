import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { notify } from "./notify";
import { modeQuery } from "./session";

/** Ends the session by `end`, and leaves: to the sign-in page, or to where the proxy that signs people in wants them. */
export function useLeave(end: () => Promise<unknown>) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async () => {
      const mode = await cache.ensureQueryData(modeQuery);
      await end();
      return mode.sign_out_url;
    },
    onError: notify.failed,
    onSuccess: async (away) => {
      if (away) return globalThis.location.assign(away);
      await navigate({ to: "/sign-in" });
      cache.clear(); // Nothing of this person's stays for the next one.
    },
  });
}
