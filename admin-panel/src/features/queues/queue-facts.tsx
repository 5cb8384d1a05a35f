import { Link } from "@tanstack/react-router";

import { Facts } from "@/components/facts";
import { Listeners } from "@/components/queue-table";
import { count } from "@/lib/format";
import type { Queue } from "@/lib/operations";

export const QueueFacts = ({ queue }: { queue: Queue }) => (
  <Facts
    facts={[
      ["Carries", queue.tasks.length > 0 ? queue.tasks.join(", ") : "no task yet"],
      ["Listening", queue.workers.length > 0 ? <WorkerLinks names={queue.workers} /> : <Listeners queue={queue} />],
      ["Messages", queue.messages === null ? null : `${count(queue.messages)} not yet with a worker`],
      ["Consumers", queue.consumers === null ? null : count(queue.consumers)],
    ]}
  />
);

const WorkerLinks = ({ names }: { names: string[] }) => (
  <>
    {[...new Set(names)].map((name, place) => (
      <span key={name}>{place > 0 && ", "}<Link to="/workers/$workerId" params={{ workerId: name }}>{name}</Link></span>
    ))}
  </>
);
