import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { BusyQueues } from "./busy-queues";
import { Tiles } from "./tiles";

import { Columns } from "@/components/columns";
import { Failures } from "@/components/failures";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { TaskTimesPanel } from "@/components/task-times";
import { ThroughputPanel, WindowSwitch } from "@/components/throughput";
import { overviewQuery, type Overview, type Window } from "@/lib/operations";

const route = getRouteApi("/panel/");

export function OverviewPage() {
  const { window } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...overviewQuery(window), placeholderData: keepPreviousData });
  const change = (one: Window) => void navigate({ search: { window: one === "1h" ? undefined : one }, replace: true });
  return (
    <Page title="Overview" actions={<WindowSwitch value={window ?? "1h"} onChange={change} />}>
      <Loaded query={query} lines={12}>{(overview) => <OverviewView overview={overview} />}</Loaded>
    </Page>
  );
}

const OverviewView = ({ overview }: { overview: Overview }) => (
  <>
    <Tiles overview={overview} />
    {overview.ever ? <Going overview={overview} /> : <Panel><NothingYet /></Panel>}
  </>
);

const Going = ({ overview }: { overview: Overview }) => (
  <>
    <ThroughputPanel throughput={overview.throughput} />
    <Columns
      even
      main={<><BusyQueues queues={overview.queues} /><TaskTimesPanel tasks={overview.tasks} /></>}
      side={<Failures failures={overview.failures} />}
    />
  </>
);

const NothingYet = () => (
  <Empty title="Nothing has run yet" icon="agents" action={<Button renderRoot={(props) => <Link to="/agents/new" {...props} />}>Start an agent</Button>}>
    Start an agent, or submit a job over the API. What it does shows up here as it happens.
  </Empty>
);
