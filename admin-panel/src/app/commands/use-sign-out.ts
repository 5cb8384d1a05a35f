import { useCallback } from "react";

import { useLeave } from "@/lib/leave";
import { signOut } from "@/lib/session";

export function useSignOut(): () => void {
  const { mutate } = useLeave(signOut);
  return useCallback(() => mutate(), [mutate]);
}
