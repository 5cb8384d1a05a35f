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

/** How long until then, to the second. A clock that is ahead of the server's says "now". */
export function Until({ at }: { at: Date }) {
  const left = at.getTime() - useNow(1000).getTime();
  return <time dateTime={at.toISOString()} title={exactTime(at)}>{left < 1000 ? "now" : `in ${waited(left)}`}</time>;
}

type ElapsedProps = { from: Date; to: Date | null };

/** How long it took, or how long it has been going on. Only what goes on looks at the clock. */
export const Elapsed = ({ from, to }: ElapsedProps) =>
  to ? <>{duration(to.getTime() - from.getTime())}</> : <Ticking from={from} />;

function Ticking({ from }: { from: Date }) {
  const now = useNow(1000);
  return <>{duration(now.getTime() - from.getTime())}</>;
}
