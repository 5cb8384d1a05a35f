import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import classes from "./failures.module.css";
import { Icon } from "./icon";
import { Panel } from "./page";
import { TimeAgo } from "./time";

import type { FailedJob } from "@/lib/operations";

type FailuresProps = { failures: FailedJob[]; queue?: string };

/** The latest failed jobs, each a link to the whole story. */
export const Failures = ({ failures, queue }: FailuresProps) => (
  <Panel title="Latest failures" flush={failures.length > 0} aside={failures.length > 0 && <Link to="/jobs" search={{ state: ["failed"], queue }}>All failed jobs</Link>}>
    {failures.length === 0
      ? <Text c="dimmed" size="sm">No job has failed.</Text>
      : <ul className={classes.list}>{failures.map((job) => <Failure key={job.id} job={job} />)}</ul>}
  </Panel>
);

const Failure = ({ job }: { job: FailedJob }) => (
  <li className={classes.item}>
    <Icon name="close" size={14} className={classes.mark} />
    <div className={classes.body}>
      <Link to="/jobs/$jobId" params={{ jobId: job.id }} className={classes.link}>{job.task}</Link>
      <div className={classes.error}>{job.error ? `${job.error.class_name}: ${job.error.message}` : "No error was recorded."}</div>
    </div>
    <span className={classes.when}><TimeAgo at={job.endedAt} /></span>
  </li>
);
