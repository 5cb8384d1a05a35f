import { Link } from "@tanstack/react-router";

import { Facts } from "@/components/facts";
import { TimeAgo } from "@/components/time";
import { bytes, count, plural } from "@/lib/format";
import type { Worker } from "@/lib/operations";

export const WorkerFacts = ({ worker }: { worker: Worker }) => (
  <Facts
    facts={[
      ["Host", `${worker.host} · process ${worker.pid}`],
      ["Pool", worker.pool && `${worker.pool}${worker.concurrency === null ? "" : ` × ${worker.concurrency}`}`],
      ["Memory", worker.vitals && `${bytes(worker.vitals.memory_bytes)} in ${plural(worker.vitals.processes, "process", "processes")}`],
      ["Processor", worker.vitals && `${Math.round(worker.vitals.cpu_percent)} % of a core`],
      ["Quiet", worker.quietSince && <TimeAgo at={worker.quietSince} />],
      ["Started", <TimeAgo key="started" at={worker.startedAt} />],
      ["Last seen", <TimeAgo key="seen" at={worker.seenAt} />],
      ["Gone", worker.endedAt && <TimeAgo at={worker.endedAt} />],
      ["Done in 1 h", `${count(worker.doneLastHour)} attempts`],
      ["Starts in 24 h", count(worker.starts)],
      ["Versions", worker.versions && Object.entries(worker.versions).map(([name, version]) => `${name} ${version}`).join(" · ")],
      ["Queues", <QueueLinks key="queues" names={worker.queues} />],
    ]}
  />
);

const QueueLinks = ({ names }: { names: string[] }) => (
  <>{names.map((name, place) => <span key={name}>{place > 0 && ", "}<Link to="/queues/$name" params={{ name }}>{name}</Link></span>)}</>
);
