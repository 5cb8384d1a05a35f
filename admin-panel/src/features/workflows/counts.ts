import type { JobState } from "@/lib/jobs";
import type { Counts, WorkflowNode } from "@/lib/workflows";

/** What needs a look comes first. */
const SEVERITY: readonly JobState[] = ["failed", "retrying", "waiting_approval", "running", "queued", "scheduled", "cancelled", "waiting", "succeeded"];

export const severity = (state: JobState): number => SEVERITY.indexOf(state);

export function countStates(nodes: readonly WorkflowNode[]): Counts {
  const counts: Counts = {};
  for (const { state } of nodes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** From what is over to what has not begun, as a bar of progress fills. */
const PROGRESS: readonly JobState[] = ["succeeded", "failed", "cancelled", "running", "retrying", "waiting_approval", "queued", "scheduled", "waiting"];

export const progressOf = (counts: Counts): JobState[] => PROGRESS.filter((state) => (counts[state] ?? 0) > 0);

/** The states that occur, what needs a look first. */
export const statesOf = (counts: Counts): JobState[] => SEVERITY.filter((state) => (counts[state] ?? 0) > 0);

export const totalOf = (counts: Counts): number => Object.values(counts).reduce((sum, one) => sum + one, 0);
