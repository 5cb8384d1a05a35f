import { Link } from "@tanstack/react-router";

import { DataTable, Num, type DataColumn } from "@/components/data-table";
import { StateBadge } from "@/components/state-badge";
import { Elapsed, TimeAgo } from "@/components/time";
import { count } from "@/lib/format";
import type { WorkflowSummary } from "@/lib/workflows";

const COLUMNS: DataColumn<WorkflowSummary>[] = [
  { head: "Workflow", grow: true, cell: ({ id, name }) => <Link to="/workflows/$workflowId" params={{ workflowId: id }} title={name}>{name}</Link> },
  { head: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { head: "Ended", number: true, cell: ({ ended, jobs }) => <>{count(ended)} / {count(jobs)}</> },
  { head: "Failed", number: true, minor: true, cell: ({ failed }) => <Num of={failed} /> },
  { head: "Project", minor: true, cell: ({ projectId }) => projectId ?? "–" },
  { head: "Took", number: true, minor: true, cell: ({ createdAt, endedAt }) => <Elapsed from={createdAt} to={endedAt} /> },
  { head: "Begun", number: true, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export const WorkflowTable = ({ workflows }: { workflows: WorkflowSummary[] }) => (
  <DataTable label="Workflows" rows={workflows} keyOf={(workflow) => workflow.id} columns={COLUMNS} />
);
