import { createColumnHelper, type RowData } from "@tanstack/react-table";

import { JobLink } from "./job-link";
import { JobRowMenu } from "./job-row-menu";
import classes from "./job-table.module.css";

import { StateBadge } from "@/components/state-badge";
import { Elapsed, TimeAgo } from "@/components/time";
import type { Job } from "@/lib/jobs";


declare module "@tanstack/react-table" {
  // The library's own way to give columns more attributes; its type parameters must be repeated.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions, @typescript-eslint/no-unused-vars
  interface ColumnMeta<TData extends RowData, TValue> {
    className: string | undefined;
  }
}

const column = createColumnHelper<Job>();

export const jobColumns = [
  column.accessor("state", {
    header: "State",
    meta: { className: classes.state },
    cell: ({ row }) => <StateBadge state={row.original.state} note={stateNote(row.original)} />,
  }),
  column.accessor("task", { header: "Task", meta: { className: classes.task }, cell: ({ row }) => <JobLink job={row.original} /> }),
  column.display({
    id: "happening",
    header: "Progress",
    meta: { className: classes.happening },
    cell: ({ row }) => happening(row.original),
  }),
  column.accessor("projectId", { header: "Project", meta: { className: classes.project }, cell: ({ getValue }) => getValue() ?? "–" }),
  column.accessor("queue", { header: "Queue", meta: { className: classes.queue } }),
  column.accessor("createdAt", { header: "Created", meta: { className: classes.created }, cell: ({ getValue }) => <TimeAgo at={getValue()} /> }),
  column.display({
    id: "duration",
    header: "Took",
    meta: { className: classes.took },
    cell: ({ row: { original: job } }) => (job.startedAt ? <Elapsed from={job.startedAt} to={job.endedAt} /> : "–"),
  }),
  column.display({ id: "actions", header: "", meta: { className: classes.actions }, cell: ({ row }) => <JobRowMenu job={row.original} /> }),
];

function stateNote(job: Job): string | undefined {
  if (job.cancelRequested && job.state === "running") return "stopping";
  return job.attempt > 1 ? `try ${job.attempt}` : undefined;
}

function happening(job: Job): string {
  if (job.error) return `${job.error.class_name}: ${job.error.message}`;
  if (job.state !== "running" || !job.progress) return "";
  const { step, done, total, message } = job.progress;
  return [step, message, total ? `${done ?? 0}/${total}` : null].filter(Boolean).join(" · ");
}
