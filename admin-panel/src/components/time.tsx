import { useNow } from "@/lib/clock";
import { duration, exactTime, timeAgo, waited } from "@/lib/time";

/** Relative, and exact on hover. The browser's own tooltip: a list has hundreds of these, and it costs nothing. */
export function TimeAgo({ at }: { at: Date }) {
  const now = useNow(5000);
  return <time dateTime={at.toISOString()} title={exactTime(at)}>{timeAgo(at, now)}</time>;
}

/** How long it has been waiting, in one unit: seconds, minutes, hours, days. */
export function Waited({ since }: { since: Date }) {
  const now = useNow(1000);
  return <time dateTime={since.toISOString()} title={exactTime(since)}>{waited(now.getTime() - since.getTime())}</time>;
}

type ElapsedProps = { from: Date; to: Date | null };

/** How long it took, or how long it has been going on. Only what goes on looks at the clock. */
export const Elapsed = ({ from, to }: ElapsedProps) =>
  to ? <>{duration(to.getTime() - from.getTime())}</> : <Ticking from={from} />;

function Ticking({ from }: { from: Date }) {
  const now = useNow(1000);
  return <>{duration(now.getTime() - from.getTime())}</>;
}
