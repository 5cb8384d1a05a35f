import { StateBadge } from "@/components/state-badge";

/** How an attempt ended; null while it runs. */
export const OutcomeBadge = ({ outcome }: { outcome: string | null }) => <StateBadge state={outcome ?? "running"} />;
