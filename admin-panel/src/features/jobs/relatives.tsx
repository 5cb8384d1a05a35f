import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import classes from "./relatives.module.css";

import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time";
import { jobListQuery, type Job, type JobFilter } from "@/lib/jobs";
import { flatten } from "@/lib/pages";


const SHOWN = 8;

/** Jobs that came out of this one; most have none, and then there is nothing to see. */
export const Relatives = ({ job }: { job: Job }) => (
  <>
    <Group title="Submitted by this job" filter={{ parent_id: job.id }} />
    <Group title="Run again as" filter={{ retry_of: job.id }} />
  </>
);

function Group({ title, filter }: { title: string; filter: JobFilter }) {
  const jobs = flatten(useInfiniteQuery(jobListQuery(filter, SHOWN + 1)).data);
  if (jobs.length === 0) return null;
  const all = <Anchor size="sm" renderRoot={(props) => <Link to="/jobs" search={filter} {...props} />}>All of them</Anchor>;
  return (
    <Panel title={title} aside={jobs.length > SHOWN && all}>
      <ul className={classes.jobs}>
        {jobs.slice(0, SHOWN).map((one) => (
          <li key={one.id} className={classes.job}>
            <StateBadge state={one.state} />
            <Anchor size="sm" className={classes.name} renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: one.id }} {...props} />}>{one.task} …{one.id.slice(-8)}</Anchor>
            <span className={classes.when}><TimeAgo at={one.createdAt} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
