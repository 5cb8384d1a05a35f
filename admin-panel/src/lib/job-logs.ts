import { client, unwrap, type Answer } from "./api";
import { jobKeys } from "./jobs";
import { keysetQuery, toPage, type Pages } from "./pages";

export const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];

type WireLine = Answer<"/api/jobs/{job_id}/logs", "get">["items"][number];
export type LogLine = ReturnType<typeof toLine>;

const toLine = (wire: WireLine) => ({
  id: `${wire.attempt}:${wire.number}`,
  attempt: wire.attempt,
  number: wire.number,
  at: new Date(wire.at),
  level: wire.level as Level,
  logger: wire.logger,
  message: wire.message,
  fields: (wire.fields ?? null) as Record<string, unknown> | null,
});

const PAGE = 300;

export const logKeys = (jobId: string) => [...jobKeys.detail(jobId), "logs"] as const;

/** The newest page first: whoever opens a log wants to see its end. */
export const logsQuery = (jobId: string, level?: Level) =>
  keysetQuery([...logKeys(jobId), level ?? null], (cursor, signal) =>
    unwrap(
      client.GET("/api/jobs/{job_id}/logs", { params: { path: { job_id: jobId }, query: { order: "newest", limit: PAGE, level, cursor } }, signal }),
    ).then((page) => toPage(page, toLine)),
  );

/** What a `job-log` event says; without lines it only says that there are some. */
export type LogHint = { job_id: string; attempt: number; first: number; last: number; lines: WireLine[] | null };

export const covers = (level: Level | null, line: LogLine): boolean =>
  level === null || LEVELS.indexOf(line.level) >= LEVELS.indexOf(level);

/**
 * The log with the event's lines at its end; null when something between is missing and must be read. Lines that are
 * there already are passed over: an event may come twice, or after the page that holds its lines.
 */
export function withLines(log: Pages<LogLine>, hint: LogHint, level: Level | null): Pages<LogLine> | null {
  const [newest, ...older] = log.pages;
  if (!newest || !hint.lines) return null;
  const last = newest.items[0];
  const known = last !== undefined && last.attempt === hint.attempt ? last.number : 0;
  const follows = last === undefined ? hint.first === 1 : hint.attempt > last.attempt ? hint.first === 1 : level !== null || hint.first <= known + 1;
  if (!follows) return null;
  const isNew = (line: LogLine) => last === undefined || line.attempt > last.attempt || (line.attempt === last.attempt && line.number > known);
  const fresh = hint.lines.map(toLine).filter((line) => isNew(line) && covers(level, line)).reverse();
  return { ...log, pages: [{ ...newest, items: [...fresh, ...newest.items] }, ...older] };
}
