import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

import { notify } from "@/lib/notify";
import { signOut } from "@/lib/session";

export function useSignOut(): () => void {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { mutate } = useMutation({
    mutationFn: signOut,
    onError: notify.failed,
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      cache.clear(); // Nothing of this person's stays for the next one.
    },
  });
  return useCallback(() => mutate(), [mutate]);
}
