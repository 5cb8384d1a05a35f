import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { OrderList } from "./order-list";
import { WorkerActions } from "./worker-actions";
import { WorkerBadge } from "./worker-badge";
import { WorkerFacts } from "./worker-facts";

import { BackLink } from "@/components/back-link";
import { Columns } from "@/components/columns";
import { CopyId } from "@/components/copy-id";
import { DataTable } from "@/components/data-table";
import { Page, Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { Elapsed, TimeAgo } from "@/components/time";
import { plural } from "@/lib/format";
import { workerQuery, type Running, type Worker, type WorkerOrder } from "@/lib/operations";

const route = getRouteApi("/panel/workers/$workerId");

export function WorkerPage() {
  const { workerId } = route.useParams();
  return <Loaded whole query={useQuery(workerQuery(workerId))} lines={10}>{(page) => <WorkerView {...page} />}</Loaded>;
}

type WorkerViewProps = { worker: Worker; running: Running[]; orders: WorkerOrder[]; history: Worker[] };

const WorkerView = ({ worker, running, orders, history }: WorkerViewProps) => (
  <Page
    title={worker.name}
    back={<BackLink to="/workers">Workers</BackLink>}
    heading={<>{worker.name} <WorkerBadge worker={worker} /></>}
    actions={<WorkerActions worker={worker} orders={orders} />}
    note={<CopyId id={worker.id} label="worker id" />}
  >
    <Columns
      main={(
        <>
          <RunningJobs running={running} worker={worker} />
          <OrderList orders={orders} />
          <Panel title="History" aside={plural(history.length, "start")} flush><History history={history} shown={worker.id} /></Panel>
        </>
      )}
      side={<Panel title="Facts"><WorkerFacts worker={worker} /></Panel>}
    />
  </Page>
);

const RunningJobs = ({ running, worker }: { running: Running[]; worker: Worker }) => (
  <Panel title="Running now" aside={worker.concurrency !== null && worker.state === "alive" && `${running.length} of ${worker.concurrency} slots`} flush={running.length > 0}>
    {running.length === 0
      ? <Text c="dimmed" size="sm">{worker.state === "alive" ? "It waits for work." : "It runs nothing any more: its jobs were given to others."}</Text>
      : <DataTable
          label="Running jobs"
          rows={running}
          keyOf={({ id }) => id}
          columns={[
            { head: "Task", grow: true, cell: ({ id, task }) => <Link to="/jobs/$jobId" params={{ jobId: id }}>{task}</Link> },
            { head: "Step", minor: true, cell: ({ step }) => step ?? "–" },
            { head: "Queue", minor: true, cell: ({ queue }) => queue },
            { head: "For", number: true, cell: ({ startedAt }) => <Elapsed from={startedAt} to={null} /> },
          ]}
        />}
  </Panel>
);

const History = ({ history, shown }: { history: Worker[]; shown: string }) => (
  <DataTable
    label="History"
    rows={history}
    keyOf={({ id }) => id}
    columns={[
      { head: "Started", grow: true, cell: (one) => (one.id === shown ? <TimeAgo at={one.startedAt} /> : <Link to="/workers/$workerId" params={{ workerId: one.id }}><TimeAgo at={one.startedAt} /></Link>) },
      { head: "State", cell: (one) => <WorkerBadge worker={one} /> },
      { head: "Lived", number: true, cell: ({ startedAt, endedAt, state, seenAt }) => <Elapsed from={startedAt} to={endedAt ?? (state === "alive" ? null : seenAt)} /> },
      { head: "Process", number: true, minor: true, cell: ({ host, pid }) => `${host} · ${pid}` },
    ]}
  />
);
