import { useQuery } from "@tanstack/react-query";

import { eventsQuery, type JobEvent } from "./api";
import classes from "./timeline.module.css";

import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Empty, Loaded } from "@/components/states";
import { clockTime, exactTime } from "@/lib/time";


export function Timeline({ jobId }: { jobId: string }) {
  const query = useQuery(eventsQuery(jobId));
  return (
    <Panel title="Timeline">
      <Loaded query={query}>
        {(events) => events.length === 0 ? <Empty title="Nothing has happened yet" icon="clock" /> : <Events events={events} />}
      </Loaded>
    </Panel>
  );
}

const Events = ({ events }: { events: JobEvent[] }) => (
  <ol className={classes.events}>
    {events.map((event, index) => (
      <li key={index} className={classes.event} data-state={event.state ?? undefined}>
        <time className={classes.time} dateTime={event.at.toISOString()} title={exactTime(event.at)}>{clockTime(event.at)}</time>
        <div className={classes.what}>
          {!saysItself(event) && <span className={classes.kind}>{event.kind.replaceAll("_", " ")} </span>}
          {event.state && <StateBadge past state={event.state} note={event.attempt && event.attempt > 1 ? `try ${event.attempt}` : undefined} />}
          {event.message && <span className={event.state ? classes.below : classes.message}>{event.message}</span>}
        </div>
      </li>
    ))}
  </ol>
);

/** “Cancelled by …” needs no “cancelled” before it. */
const saysItself = ({ kind, state, message }: JobEvent): boolean => kind === state || (message ?? "").startsWith(kind);
