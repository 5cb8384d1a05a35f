import { JOB_STATES, type JobFilter } from "@/lib/jobs";
import { manyOf, text } from "@/lib/search";

/** The list's filters are its address: every view is a link. */
export function jobSearch(raw: Record<string, unknown>): JobFilter {
  return {
    state: manyOf(JOB_STATES, raw.state),
    task: text(raw.task),
    queue: text(raw.queue),
    project_id: text(raw.project_id),
    parent_id: text(raw.parent_id),
    retry_of: text(raw.retry_of),
    q: text(raw.q),
  };
}

export const isFiltered = (filter: JobFilter): boolean => Object.values(filter).some((value) => value !== undefined);
