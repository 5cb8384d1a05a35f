import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { DataTable, type DataColumn } from "@/components/data-table";
import { Panel } from "@/components/page";
import { useMay } from "@/lib/session";
import { tasksQuery, type Task } from "@/lib/tasks";

const RateDialog = lazy(() => import("./rate-dialog"));

const COLUMNS: DataColumn<Task>[] = [
  { head: "Task", grow: true, cell: ({ name }) => name },
  { head: "Rate", cell: ({ rate }) => rate ?? "no limit" },
  { head: "Set", minor: true, cell: ({ ownRate }) => (ownRate ? "here" : "by its contract") },
];

/** How fast each task of a queue may go, on all workers together. */
export function TaskRates({ queue }: { queue: string }) {
  const [asking, setAsking] = useState<Task | null>(null);
  const may = useMay("operator");
  const rows = (useQuery(tasksQuery).data ?? []).filter((task) => task.queue === queue);
  if (rows.length === 0) return null;
  const change: DataColumn<Task> = {
    head: "Change",
    cell: (task) => <Button variant="subtle" size="compact-sm" aria-label={`Rate of ${task.name}`} onClick={() => setAsking(task)}>Rate…</Button>,
  };
  return (
    <Panel title="Rates of its tasks" flush>
      <DataTable label="Rates of tasks" rows={rows} keyOf={({ name }) => name} columns={may ? [...COLUMNS, change] : COLUMNS} />
      <Suspense>{asking && <RateDialog task={asking} onClose={() => setAsking(null)} />}</Suspense>
    </Panel>
  );
}
