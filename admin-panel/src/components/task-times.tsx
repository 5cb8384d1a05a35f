import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { DataTable, Num } from "./data-table";
import { Panel } from "./page";

import type { TaskTimes } from "@/lib/operations";
import { duration } from "@/lib/time";

const took = (ms: number | null) => (ms === null ? "–" : duration(ms));

export const TaskTimesPanel = ({ tasks }: { tasks: TaskTimes[] }) => (
  <Panel title="Tasks" aside={tasks.length > 0 && "run times of those that succeeded"} flush={tasks.length > 0}>
    {tasks.length === 0
      ? <Text c="dimmed" size="sm">Nothing ended in this time.</Text>
      : <DataTable
          label="Tasks"
          rows={tasks}
          keyOf={(task) => task.task}
          columns={[
            { head: "Task", grow: true, cell: ({ task }) => <Link to="/jobs" search={{ task }} title={task}>{task}</Link> },
            { head: "Succeeded", number: true, minor: true, cell: ({ succeeded }) => <Num of={succeeded} /> },
            { head: "Failed", number: true, cell: ({ failed }) => <Num of={failed} /> },
            { head: "p50", number: true, cell: ({ p50_ms }) => took(p50_ms) },
            { head: "p95", number: true, cell: ({ p95_ms }) => took(p95_ms) },
          ]}
        />}
  </Panel>
);
