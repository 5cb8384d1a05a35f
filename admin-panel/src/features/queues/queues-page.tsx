import { useQuery } from "@tanstack/react-query";

import { BrokerNote } from "./broker-note";
import { QueueMenu } from "./queue-actions";

import { Page, Panel } from "@/components/page";
import { QueueTable } from "@/components/queue-table";
import { Loaded } from "@/components/states";
import { queuesQuery } from "@/lib/operations";
import { useMay } from "@/lib/session";

export function QueuesPage() {
  const query = useQuery(queuesQuery);
  const may = useMay("operator");
  return (
    <Page title="Queues" note="Jobs are counted in the database; messages are the broker's count." actions={query.data && <BrokerNote broker={query.data.broker} />}>
      <Panel flush>
        <Loaded query={query} lines={13}>{({ queues }) => <QueueTable queues={queues} whole actions={may ? (queue) => <QueueMenu queue={queue} /> : undefined} />}</Loaded>
      </Panel>
    </Page>
  );
}
