import { plural } from "@/lib/format";
import type { Job } from "@/lib/jobs";


/** Says that something is missing, and what: a dot alone could be the value. */
export function HiddenNote({ job, of }: { job: Job; of: "payload" | "result" }) {
  const hidden = job.hidden.filter((path) => path === of || path.startsWith(`${of}.`));
  if (hidden.length === 0) return null;
  return <span title={hidden.join(", ")}>{plural(hidden.length, "secret field")} hidden from viewers</span>;
}
