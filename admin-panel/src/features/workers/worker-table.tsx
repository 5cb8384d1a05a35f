import { Link } from "@tanstack/react-router";

import { WorkerBadge } from "./worker-badge";
import classes from "./worker-table.module.css";

import { DataTable, Num, type DataColumn } from "@/components/data-table";
import { TimeAgo } from "@/components/time";
import { bytes, plural } from "@/lib/format";
import type { Worker } from "@/lib/operations";

const COLUMNS: DataColumn<Worker>[] = [
  { head: "Worker", grow: true, cell: ({ id, name }) => <Link to="/workers/$workerId" params={{ workerId: id }} title={name}>{name}</Link> },
  { head: "State", cell: (one) => <WorkerBadge worker={one} /> },
  { head: "Running", number: true, cell: ({ running, concurrency }) => <><Num of={running} />{concurrency !== null && <span className={classes.of}> / {concurrency}</span>}</> },
  { head: "Done in 1 h", number: true, minor: true, cell: ({ doneLastHour }) => <Num of={doneLastHour} /> },
  { head: "Memory", number: true, minor: true, cell: ({ vitals, state }) => (vitals && state === "alive" ? bytes(vitals.memory_bytes) : "–") },
  { head: "Pool", minor: true, cell: ({ pool }) => pool ?? "–" },
  { head: "Queues", minor: true, cell: ({ queues }) => <span title={queues.join(", ")}>{queues.length === 1 ? queues[0] : plural(queues.length, "queue")}</span> },
  { head: "Starts in 24 h", number: true, minor: true, cell: ({ starts }) => starts },
  { head: "Seen", number: true, minor: true, cell: ({ seenAt }) => <TimeAgo at={seenAt} /> },
];

export const WorkerTable = ({ workers }: { workers: Worker[] }) => (
  <DataTable label="Workers" rows={workers} keyOf={(worker) => worker.id} columns={COLUMNS} />
);
