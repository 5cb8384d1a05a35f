import { useEffect, useState } from "react";

import type { Alert } from "@/lib/alerts";

const KEY = "slipway-dismissed-alerts";

const stored = (): string[] => JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as string[];

/** The ids put away in this tab. What was mended meanwhile is forgotten, so that it is told again when it comes back. */
export function useDismissed(alerts: Alert[] | undefined): [dismissed: string[], dismiss: (id: string) => void] {
  const [dismissed, setDismissed] = useState(stored);
  const standing = alerts && dismissed.filter((id) => alerts.some((alert) => alert.id === id));
  if (standing && standing.length < dismissed.length) setDismissed(standing);
  useEffect(() => sessionStorage.setItem(KEY, JSON.stringify(dismissed)), [dismissed]);
  return [dismissed, (id) => setDismissed((known) => [...known, id])];
}
