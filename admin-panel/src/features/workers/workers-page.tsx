import { Code, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { WorkerTable } from "./worker-table";

import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { workersQuery } from "@/lib/operations";

export function WorkersPage() {
  const query = useQuery(workersQuery);
  return (
    <Page title="Workers" note="Those that work now, and those that went within a day.">
      <Panel flush>
        <Loaded query={query} lines={5}>{(workers) => (workers.length > 0 ? <WorkerTable workers={workers} /> : <NoWorkers />)}</Loaded>
      </Panel>
    </Page>
  );
}

const NoWorkers = () => (
  <Empty title="No worker has run within a day" icon="workers">
    <Text span>Start one, and it appears here: <Code>cd api && celery -A worker.celery_app worker</Code></Text>
  </Empty>
);
