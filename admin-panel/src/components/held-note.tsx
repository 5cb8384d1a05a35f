import { Until } from "./time";

import type { Held } from "@/lib/jobs";

const WHY = { paused: "the queue is paused", concurrency: "as many run as may at once", rate: "the rate is used up" } as const;

/** In a few words, why nothing is dispatched now. */
export const HeldNote = ({ held }: { held: Held }) => (
  <>{WHY[held.by]}{held.until && <>, next <Until at={held.until} /></>}</>
);
