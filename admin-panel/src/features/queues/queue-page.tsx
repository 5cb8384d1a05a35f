import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { BrokerNote } from "./broker-note";
import { QueueButtons } from "./queue-actions";
import { QueueFacts } from "./queue-facts";
import { TaskRates } from "./task-rates";

import { BackLink } from "@/components/back-link";
import { Columns } from "@/components/columns";
import { Failures } from "@/components/failures";
import { Page, Panel } from "@/components/page";
import { StatTile, StatTiles } from "@/components/stat-tile";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";
import { TaskTimesPanel } from "@/components/task-times";
import { ThroughputPanel, WindowSwitch } from "@/components/throughput";
import { Waited } from "@/components/time";
import { count } from "@/lib/format";
import { queueQuery, type Broker, type FailedJob, type Queue, type TaskTimes, type Throughput, type Window } from "@/lib/operations";

const route = getRouteApi("/panel/queues/$name");

export function QueuePage() {
  const { name } = route.useParams();
  const { window } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (one: Window) => void navigate({ search: { window: one === "1h" ? undefined : one }, replace: true });
  const query = useQuery(queueQuery(name, window));
  return (
    <Loaded whole query={query} lines={12}>
      {(page) => <QueueView page={page} actions={<WindowSwitch value={window ?? "1h"} onChange={change} />} />}
    </Loaded>
  );
}

type QueueViewProps = {
  page: { queue: Queue; broker: Broker; throughput: Throughput; tasks: TaskTimes[]; failures: FailedJob[] };
  actions: ReactNode;
};

const QueueView = ({ page: { queue, broker, throughput, tasks, failures }, actions }: QueueViewProps) => (
  <Page
    title={queue.name}
    heading={<>{queue.name} {queue.state !== "open" && <StateBadge state={queue.state} note={queue.state === "draining" ? `${count(queue.inFlight)} left` : undefined} />}</>}
    back={<BackLink to="/queues">Queues</BackLink>}
    note={<BrokerNote broker={broker} />}
    actions={queue.deadLetters ? undefined : <>{actions}<QueueButtons queue={queue} /></>}
  >
    {queue.deadLetters ? <DeadLetters queue={queue} /> : (
      <>
        <QueueTiles queue={queue} />
        <ThroughputPanel throughput={throughput} />
        <Columns
          even
          main={(
            <>
              <Panel title="Facts" aside={<Link to="/jobs" search={{ queue: queue.name }}>Its jobs</Link>}><QueueFacts queue={queue} /></Panel>
              <TaskTimesPanel tasks={tasks} />
              <TaskRates queue={queue.name} />
            </>
          )}
          side={<Failures failures={failures} queue={queue.name} />}
        />
      </>
    )}
  </Page>
);

const QueueTiles = ({ queue }: { queue: Queue }) => (
  <StatTiles>
    <StatTile label="Waiting" value={count(queue.queued)} to="/jobs" search={{ queue: queue.name, state: ["queued"] }} care={queue.unattended}
      note={queue.oldestQueuedAt ? <>oldest <Waited since={queue.oldestQueuedAt} /></> : "nothing waits"} />
    <StatTile label="Running" value={count(queue.running)} to="/jobs" search={{ queue: queue.name, state: ["running"] }} note={queue.running === 0 ? "nothing runs" : "now"} />
    <StatTile label="Later" value={count(queue.scheduled + queue.retrying)} to="/jobs" search={{ queue: queue.name, state: ["scheduled", "retrying"] }}
      note={`${count(queue.scheduled)} scheduled · ${count(queue.retrying)} retrying`} />
    <StatTile label="In and out" value={`${queue.submittedPerMinute.toFixed(1)} / ${queue.endedPerMinute.toFixed(1)}`} note="jobs per minute, over 5 minutes" />
  </StatTiles>
);

/** What the broker gave up on: it holds messages, and no jobs. */
const DeadLetters = ({ queue }: { queue: Queue }) => (
  <>
    <StatTiles>
      <StatTile label="Messages" value={queue.messages === null ? "?" : count(queue.messages)} note={queue.messages === null ? "the broker does not answer" : "given up on by the broker"} care={(queue.messages ?? 0) > 0} />
    </StatTiles>
    <Panel title="What this is">
      Messages that the broker gave up on pass through here: a web process writes them down at once, among the <Link to="/dead-letters">dead letters</Link>.
    </Panel>
  </>
);
