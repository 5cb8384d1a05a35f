import type { ReactNode } from "react";

import { JobLink } from "./job-link";
import classes from "./job-table.module.css";

import { StateBadge } from "@/components/state-badge";
import { Elapsed, TimeAgo, Until } from "@/components/time";
import { isDueLater, type Job } from "@/lib/jobs";
import { shortTime } from "@/lib/time";

/** `least` pixels and a `share` of what is left; where there is no room, what has the lowest `worth` goes first. */
export type JobColumn = { id: ColumnId; header: string; least: number; share: number; worth: number; className?: string; cell: (job: Job) => ReactNode };

export const COLUMN_IDS = ["state", "task", "id", "happening", "project", "queue", "attempt", "worker", "submitted_by", "due", "created", "started", "took", "error"] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];
export const DEFAULT_COLUMNS: ColumnId[] = ["state", "task", "happening", "project", "queue", "created", "took"];

const errorText = ({ error }: Job): string => (error ? `${error.class_name}: ${error.message}` : "");

export const JOB_COLUMNS: Record<ColumnId, JobColumn> = {
  state: { id: "state", header: "State", least: 150, share: 0, worth: 10, className: classes.state, cell: (job) => <StateBadge state={job.state} note={stateNote(job)} /> },
  task: { id: "task", header: "Task", least: 230, share: 1.9, worth: 10, className: classes.task, cell: (job) => <JobLink job={job} /> },
  id: { id: "id", header: "Id", least: 286, share: 0, worth: 1, className: classes.mono, cell: (job) => job.id },
  happening: { id: "happening", header: "Progress", least: 110, share: 1.3, worth: 5, className: classes.happening, cell: happening },
  project: { id: "project", header: "Project", least: 90, share: 0.6, worth: 4, className: classes.extra, cell: (job) => job.projectId ?? "–" },
  queue: { id: "queue", header: "Queue", least: 100, share: 1.2, worth: 3, className: classes.extra, cell: (job) => job.queue },
  attempt: { id: "attempt", header: "Attempt", least: 60, share: 0, worth: 2, className: classes.number, cell: (job) => job.attempt || "–" },
  worker: { id: "worker", header: "Worker", least: 110, share: 0.7, worth: 2, className: classes.extra, cell: (job) => job.worker ?? "–" },
  submitted_by: { id: "submitted_by", header: "Submitted by", least: 100, share: 0.6, worth: 2, className: classes.extra, cell: (job) => job.submittedBy ?? "–" },
  due: { id: "due", header: "Due", least: 240, share: 0, worth: 9, className: classes.due, cell: (job) => <Due job={job} /> },
  created: { id: "created", header: "Created", least: 88, share: 0, worth: 8, className: classes.created, cell: (job) => <TimeAgo at={job.createdAt} /> },
  started: { id: "started", header: "Started", least: 88, share: 0, worth: 3, className: classes.moment, cell: (job) => (job.startedAt ? <TimeAgo at={job.startedAt} /> : "–") },
  took: { id: "took", header: "Took", least: 80, share: 0, worth: 6, className: classes.number, cell: (job) => (job.startedAt && !isDueLater(job.state) ? <Elapsed from={job.startedAt} to={job.endedAt} /> : "–") },
  error: { id: "error", header: "Error", least: 120, share: 1.4, worth: 2, className: classes.extra, cell: errorText },
};

/** Relative and exact, as long as it counts. */
function Due({ job }: { job: Job }) {
  if (!job.dueAt || !isDueLater(job.state)) return "–";
  return <><Until at={job.dueAt} /> <span className={classes.exact}>· {shortTime(job.dueAt)}</span></>;
}

const GAP = 12;
const EDGES = 32 + 28 + 32 + 2 * GAP; // padding, checkbox, menu

const SQUEEZED = 72;
const SHRINK: readonly ColumnId[] = ["id", "happening", "project", "queue", "worker", "submitted_by", "error"];
const ON_A_CARD: readonly ColumnId[] = ["state", "task", "happening", "created"];
const ON_A_CARD_DUE: readonly ColumnId[] = ["state", "task", "happening", "due"];

/** What somebody chose is squeezed before any of it goes. */
const leastOf = ({ id, least }: JobColumn, chosenByHand: boolean): number =>
  chosenByHand ? (SHRINK.includes(id) ? SQUEEZED : id === "task" ? 140 : least) : least;

export type Room = { width: number; card: boolean; chosenByHand: boolean };

/** The chosen columns in their order; where there is no room for all, they go one by one. */
export function fitting(chosen: readonly ColumnId[], { width, card, chosenByHand }: Room): JobColumn[] {
  const wanted = card ? (chosen.includes("due") ? ON_A_CARD_DUE : ON_A_CARD) : chosen;
  let columns = COLUMN_IDS.filter((id) => wanted.includes(id)).map((id) => JOB_COLUMNS[id]);
  const needed = () => columns.reduce((sum, column) => sum + leastOf(column, chosenByHand) + GAP, EDGES);
  while (!card && width > 0 && columns.length > 2 && needed() > width) {
    const least = columns.reduce((one, other) => (other.worth < one.worth ? other : one));
    columns = columns.filter((column) => column !== least);
  }
  return columns;
}

export function gridTemplate(columns: JobColumn[], chosenByHand: boolean): string {
  const size = (column: JobColumn) => {
    const least = leastOf(column, chosenByHand);
    return `minmax(${least}px, ${column.share ? `${column.share}fr` : `${column.least}px`})`;
  };
  return ["28px", ...columns.map(size), "32px"].join(" ");
}

function stateNote(job: Job): string | undefined {
  if (job.cancelRequested && job.state === "running") return "stopping";
  return job.attempt > 1 ? `try ${job.attempt}` : undefined;
}

function happening(job: Job): string {
  if (job.error) return errorText(job);
  if (job.state !== "running" || !job.progress) return "";
  const { step, done, total, message } = job.progress;
  return [step, message, total ? `${done ?? 0}/${total}` : null].filter(Boolean).join(" · ");
}
