import { StateBadge } from "@/components/state-badge";
import type { Worker } from "@/lib/operations";

const stateOf = ({ state, quietSince }: Worker) => {
  if (state === "lost") return "worker_lost"; // A lost worker is not what a lost attempt is.
  return state === "alive" && quietSince ? "worker_quiet" : state;
};

export const WorkerBadge = ({ worker }: { worker: Worker }) => <StateBadge state={stateOf(worker)} />;
