import { Text } from "@mantine/core";

import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { DataTable } from "@/components/data-table";
import { TimeAgo } from "@/components/time";
import type { WorkerOrder } from "@/lib/operations";

const stateOf = ({ outcome, takenAt }: WorkerOrder) => (outcome ? `order_${outcome}` : takenAt ? "order_taken" : "order_waiting");

export const OrderList = ({ orders }: { orders: WorkerOrder[] }) => (
  <Panel title="Orders" flush={orders.length > 0}>
    {orders.length === 0
      ? <Text c="dimmed" size="sm">Nobody has asked anything of it.</Text>
      : <DataTable
          label="Orders"
          rows={orders}
          keyOf={({ id }) => id}
          columns={[
            { head: "Order", cell: ({ kind, count }) => (count === null ? kind : `${kind} by ${count}`) },
            { head: "State", cell: (order) => <StateBadge state={stateOf(order)} /> },
            { head: "Answer", grow: true, minor: true, cell: ({ result }) => result ?? "–" },
            { head: "By", minor: true, cell: ({ askedBy }) => askedBy },
            { head: "Given", number: true, minor: true, cell: ({ askedAt }) => <TimeAgo at={askedAt} /> },
          ]}
        />}
  </Panel>
);
