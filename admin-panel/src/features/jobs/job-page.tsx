import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { Attempts } from "./attempts";
import { HiddenNote } from "./hidden-note";
import { JobButtons } from "./job-actions";
import { JobFacts } from "./job-facts";
import { JobLog } from "./job-log";
import classes from "./job-page.module.css";
import { ModelCalls } from "./model-calls";
import { Relatives } from "./relatives";
import { Timeline } from "./timeline";
import { Told } from "./told";

import { BackLink } from "@/components/back-link";
import { JsonBlock } from "@/components/code-block";
import { CopyId } from "@/components/copy-id";
import { JobProgress } from "@/components/job-progress";
import { Page, Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";
import { Until } from "@/components/time";
import { TimeAgo } from "@/components/time";
import { isFinal, jobQuery, type Job } from "@/lib/jobs";


const route = getRouteApi("/panel/jobs/$jobId");

export function JobPage() {
  const { jobId } = route.useParams();
  return <Loaded whole query={useQuery(jobQuery(jobId))} lines={12}>{(job) => <JobView job={job} />}</Loaded>;
}

const JobView = ({ job }: { job: Job }) => (
  <Page
    title={job.task}
    back={<BackLink to="/jobs">Jobs</BackLink>}
    heading={<>{job.task} <StateBadge state={job.state} note={noteOf(job)} /></>}
    note={<CopyId id={job.id} label="job id" />}
    actions={<JobButtons job={job} />}
  >
    <div className={classes.columns}>
      <div className={classes.main}>
        <Ending job={job} />
        <Underway job={job} />
        <Attempts job={job} />
        <ModelCalls jobId={job.id} />
        <JobLog job={job} />
        <Told job={job} />
        <Panel title="Payload" aside={<HiddenNote job={job} of="payload" />}><JsonBlock value={job.payload} label="payload" /></Panel>
      </div>
      <aside className={classes.side}>
        <Panel title="Facts"><JobFacts job={job} /></Panel>
        <Relatives job={job} />
        <Timeline jobId={job.id} />
      </aside>
    </div>
  </Page>
);

function noteOf(job: Job): string | undefined {
  if (job.cancelRequested && !isFinal(job.state)) return "stopping";
  return job.held ? "held" : undefined;
}

function Ending({ job }: { job: Job }) {
  if (job.error) {
    return (
      <Panel title={isFinal(job.state) ? "Why it failed" : "What went wrong last"} aside={<NextTry job={job} />}>
        <Text size="sm" className={classes.error}><b>{job.error.class_name}</b><br />{job.error.message}</Text>
      </Panel>
    );
  }
  if (job.state !== "succeeded") return null;
  if (job.resultExpiredAt) {
    return <Panel title="Result"><Text size="sm" c="dimmed">The result has expired: it was deleted <TimeAgo at={job.resultExpiredAt} />.</Text></Panel>;
  }
  return <Panel title="Result" aside={<HiddenNote job={job} of="result" />}><JsonBlock value={job.result} label="result" /></Panel>;
}

const NextTry = ({ job }: { job: Job }) =>
  job.state === "retrying" && job.dueAt ? <>retry {job.retries}: next try <Until at={job.dueAt} /></> : <DeadLetter job={job} />;

const DeadLetter = ({ job }: { job: Job }) => job.deadLetter === null ? <>{job.error?.kind}</> : (
  <>{job.error?.kind} · <Link to="/dead-letters/$letterId" params={{ letterId: job.id }}>dead letter</Link></>
);

function Underway({ job }: { job: Job }) {
  if (!job.progress) return null;
  return <Panel title="Progress" aside={job.attempt > 1 ? `try ${job.attempt}` : undefined}><JobProgress job={job} /></Panel>;
}
