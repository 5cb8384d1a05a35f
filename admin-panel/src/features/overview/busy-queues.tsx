import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Panel } from "@/components/page";
import { QueueTable } from "@/components/queue-table";
import type { Queue } from "@/lib/operations";

const isBusy = (queue: Queue): boolean =>
  queue.queued + queue.running + queue.scheduled + queue.retrying > 0 || queue.endedPerMinute > 0 || (queue.messages ?? 0) > 0;

/** Those in which something happens, the ones that need care first. */
export function BusyQueues({ queues }: { queues: Queue[] }) {
  const busy = queues.filter(isBusy).sort((one, other) => Number(other.unattended) - Number(one.unattended) || other.queued - one.queued);
  return (
    <Panel title="Queues" aside={<Link to="/queues">{`All ${queues.length} queues`}</Link>} flush={busy.length > 0}>
      {busy.length > 0 ? <QueueTable queues={busy} /> : <Text c="dimmed" size="sm">Every queue is empty.</Text>}
    </Panel>
  );
}
