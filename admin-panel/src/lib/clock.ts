import { useCallback, useSyncExternalStore } from "react";

/** The time, as fresh as `every` milliseconds. Components that ask for the same pace change together. */
export function useNow(every: number): Date {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = setInterval(changed, every);
      return () => clearInterval(timer);
    },
    [every],
  );
  // Rounded, so that React sees the same value until a step has passed.
  const step = useSyncExternalStore(subscribe, () => Math.floor(Date.now() / every));
  return new Date((step + 1) * every);
}
