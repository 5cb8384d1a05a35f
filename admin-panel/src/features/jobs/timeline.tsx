import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

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

const FIRST = 3;
const LAST = 12;

/** Of a long story the beginning and the end, until somebody wants to read all of it. */
export function Events({ events }: { events: JobEvent[] }) {
  const [all, setAll] = useState(false);
  const between = events.length - FIRST - LAST;
  if (all || between < 2) return <Lines events={events} />;
  return (
    <>
      <Lines events={events.slice(0, FIRST)} />
      <Button variant="subtle" size="compact-sm" my="xs" onClick={() => setAll(true)}>Show {between} more</Button>
      <Lines events={events.slice(-LAST)} />
    </>
  );
}

const Lines = ({ events }: { events: JobEvent[] }) => (
  <ol className={classes.events}>{events.map((event, index) => <Line key={index} event={event} />)}</ol>
);

const Line = ({ event }: { event: JobEvent }) => (
  <li className={classes.event} data-state={event.state ?? undefined}>
    <time className={classes.time} dateTime={event.at.toISOString()} title={exactTime(event.at)}>{clockTime(event.at)}</time>
    <div className={classes.what}>
      {!saysItself(event) && <span className={classes.kind}>{event.kind.replaceAll("_", " ")} </span>}
      {event.state && <StateBadge past state={event.state} note={event.attempt && event.attempt > 1 ? `try ${event.attempt}` : undefined} />}
      {event.message && <span className={event.state ? classes.below : classes.message}>{event.message}</span>}
    </div>
  </li>
);

/** “Cancelled by …” needs no “cancelled” before it. */
const saysItself = ({ kind, state, message }: JobEvent): boolean => kind === state || (message ?? "").startsWith(kind);
