import { manyOf, text } from "@/lib/search";

export const VIAS = ["session", "token", "oauth", "proxy", "command line", "system"] as const;
export const RESULTS = ["ok", "refused", "failed", "begun"] as const;
export type Via = (typeof VIAS)[number];
export type Result = (typeof RESULTS)[number];

export type AuditSearch = {
  actor?: string; action?: string; target?: string; via?: Via[]; result?: Result[]; since?: string; until?: string; q?: string;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const day = (value: unknown): string | undefined => {
  const one = text(value);
  return one && DAY.test(one) && !Number.isNaN(Date.parse(one)) ? one : undefined;
};

/** What the URL says; `since` and `until` are days of the reader's calendar, both included. */
export const auditSearch = (raw: Record<string, unknown>): AuditSearch => ({
  actor: text(raw.actor),
  action: text(raw.action),
  target: text(raw.target),
  via: manyOf(VIAS, raw.via),
  result: manyOf(RESULTS, raw.result),
  since: day(raw.since),
  until: day(raw.until),
  q: text(raw.q),
});

/** Midnight of a local day, `later` days after it. */
export const midnight = (date: string | undefined, later = 0): string | undefined => {
  if (!date) return undefined;
  const [year = 0, month = 1, dayOfMonth = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, dayOfMonth + later).toISOString();
};
