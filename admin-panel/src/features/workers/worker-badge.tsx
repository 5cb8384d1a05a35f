import { StateBadge } from "@/components/state-badge";
import type { Worker } from "@/lib/operations";

/** A lost worker is not what a lost attempt is. */
export const WorkerBadge = ({ state }: { state: Worker["state"] }) => <StateBadge state={state === "lost" ? "worker_lost" : state} />;
