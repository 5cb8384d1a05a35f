import { VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { DataTable, Num, type DataColumn } from "./data-table";
import classes from "./queue-table.module.css";
import { HeldNote } from "./held-note";
import { Icon } from "./icon";
import { StateBadge } from "./state-badge";
import { Waited } from "./time";

import { count, plural } from "@/lib/format";
import type { Queue } from "@/lib/operations";

const QueueName = ({ queue }: { queue: Queue }) => (
  <span className={classes.name}>
    <Link to="/queues/$name" params={{ name: queue.name }}>{queue.name}</Link>
    {queue.state !== "open" && <StateBadge state={queue.state} note={queue.state === "draining" ? `${count(queue.inFlight)} left` : undefined} />}
    {queue.state === "open" && queue.held && <span className={classes.none}>{plural(queue.heldJobs, "job")} held: <HeldNote held={queue.held} /></span>}
  </span>
);

/** Who takes from it, or that nobody does although jobs wait. */
export function Listeners({ queue }: { queue: Queue }) {
  if (queue.deadLetters) return <span className={classes.none}>–</span>;
  if (queue.unattended) return <span className={classes.unattended}><Icon name="alert" size={14} />No worker</span>;
  return queue.workers.length === 0 ? <span className={classes.none}>none</span> : <span title={queue.workers.join(", ")}>{plural(queue.workers.length, "worker")}</span>;
}

const oldest = (queue: Queue) => (queue.oldestQueuedAt ? <Waited since={queue.oldestQueuedAt} /> : <span className={classes.none}>–</span>);

const COLUMNS: DataColumn<Queue>[] = [
  { head: "Queue", grow: true, cell: (queue) => <QueueName queue={queue} /> },
  { head: "Waiting", number: true, cell: (queue) => <Num of={queue.queued} /> },
  { head: "Oldest", number: true, minor: true, cell: oldest },
  { head: "Running", number: true, minor: true, cell: (queue) => <Num of={queue.running} /> },
];

const LISTENERS: DataColumn<Queue> = { head: "Listening", cell: (queue) => <Listeners queue={queue} /> };

const MORE: DataColumn<Queue>[] = [
  { head: "Later", number: true, minor: true, cell: (queue) => <Num of={queue.scheduled + queue.retrying} /> },
  { head: "In/min", number: true, minor: true, cell: (queue) => <Num of={queue.submittedPerMinute} text={rate(queue.submittedPerMinute)} /> },
  { head: "Out/min", number: true, minor: true, cell: (queue) => <Num of={queue.endedPerMinute} text={rate(queue.endedPerMinute)} /> },
  { head: "Messages", number: true, minor: true, cell: (queue) => (queue.messages === null ? <span className={classes.none}>?</span> : <Num of={queue.messages} />) },
];

const rate = (perMinute: number): string => (perMinute >= 100 ? perMinute.toFixed(0) : perMinute.toFixed(1));

type QueueTableProps = { queues: Queue[]; whole?: boolean; actions?: (queue: Queue) => ReactNode };

/** `whole`: with everything that is known of each. */
export const QueueTable = ({ queues, whole = false, actions }: QueueTableProps) => (
  <DataTable label="Queues" rows={queues} keyOf={(queue) => queue.name}
    columns={[...COLUMNS, ...(whole ? MORE : []), LISTENERS, ...(actions ? [{ head: "Actions", header: <VisuallyHidden>Actions</VisuallyHidden>, number: true, cell: actions }] : [])]} />
);
