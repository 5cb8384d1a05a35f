import { Link } from "@tanstack/react-router";

import { Facts } from "@/components/facts";
import { HeldNote } from "@/components/held-note";
import { Listeners } from "@/components/queue-table";
import { TimeAgo } from "@/components/time";
import { count, plural } from "@/lib/format";
import type { Queue } from "@/lib/operations";

export const QueueFacts = ({ queue }: { queue: Queue }) => (
  <Facts
    facts={[
      ["Carries", queue.tasks.length > 0 ? queue.tasks.join(", ") : "no task yet"],
      ["Listening", queue.workers.length > 0 ? <WorkerLinks names={queue.workers} /> : <Listeners queue={queue} />],
      [queue.state === "draining" ? "Draining since" : "Paused since", queue.pausedAt && <><TimeAgo at={queue.pausedAt} /> by {queue.pausedBy}</>],
      ["Reason", queue.reason],
      ["Held", queue.held && <>{plural(queue.heldJobs, "job")}: <HeldNote held={queue.held} /></>],
      ["In flight", `${count(queue.inFlight)} with the broker or a worker`],
      ["Jobs at once", queue.concurrencyLimit ?? "no limit"],
      ["Rate", queue.rateLimit ?? "no limit"],
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
