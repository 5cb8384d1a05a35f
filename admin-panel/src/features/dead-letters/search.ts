import { CAUSES, LETTER_STATES, type LetterFilter } from "@/lib/dead-letters";
import { manyOf, text } from "@/lib/search";

/** The list's filters are its address; without any, what is open. */
export function letterSearch(raw: Record<string, unknown>): LetterFilter {
  return {
    state: manyOf(LETTER_STATES, raw.state),
    cause: manyOf(CAUSES, raw.cause),
    task: text(raw.task),
    queue: text(raw.queue),
    project_id: text(raw.project_id),
    since: moment(raw.since),
    until: moment(raw.until),
    q: text(raw.q),
  };
}

const moment = (value: unknown): string | undefined => {
  const one = text(value);
  return one && !Number.isNaN(Date.parse(one)) ? new Date(one).toISOString() : undefined;
};

export const withDefault = (filter: LetterFilter): LetterFilter => ({ ...filter, state: filter.state ?? ["open"] });

export const isFiltered = (filter: LetterFilter): boolean => Object.values(filter).some((value) => value !== undefined);

export const AGES = { "1 hour": 1, "24 hours": 24, "7 days": 24 * 7 } as const;

/** The start of a window that ends now, to the minute, so that the address stays the same while it is looked at. */
export const hoursAgo = (hours: number, now = new Date()): string => {
  const start = new Date(now.getTime() - hours * 3_600_000);
  start.setSeconds(0, 0);
  return start.toISOString();
};
