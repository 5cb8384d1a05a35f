import type { NotificationData } from "@mantine/notifications";
import { useSyncExternalStore } from "react";

let spoken = false;
const listeners = new Set<() => void>();

// Their code is brought when there is something to say for the first time; until then nothing shows them either.
function show(said: NotificationData): void {
  spoken = true;
  listeners.forEach((tell) => tell());
  void import("@mantine/notifications").then(({ notifications }) => notifications.show({ withBorder: true, ...said }));
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Whether there has been anything to say yet. */
export const useHasSpoken = (): boolean => useSyncExternalStore(subscribe, () => spoken);

export const notify = {
  done: (message: string) => show({ message, color: "green" }),
  failed: (error: Error) => show({ title: "That did not work", message: error.message, color: "red", autoClose: 8000 }),
};
