import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { CopyId } from "@/components/copy-id";
import { Facts } from "@/components/facts";
import { HeldNote } from "@/components/held-note";
import { Elapsed, TimeAgo, Until } from "@/components/time";
import { bytes } from "@/lib/format";
import { isDueLater, isFinal, type Job } from "@/lib/jobs";

const when = (at: Date | null) => at && <TimeAgo at={at} />;

const JobAnchor = ({ id }: { id: string }) => (
  <Anchor size="sm" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: id }} {...props} />}>…{id.slice(-8)}</Anchor>
);

const WorkflowAnchor = ({ id }: { id: string }) => (
  <Anchor size="sm" renderRoot={(props) => <Link to="/workflows/$workflowId" params={{ workflowId: id }} {...props} />}>…{id.slice(-8)}</Anchor>
);

export const JobFacts = ({ job }: { job: Job }) => (
  <Facts
    facts={[
      ["Queue", <Anchor key="queue" size="sm" renderRoot={(props) => <Link to="/queues/$name" params={{ name: job.queue }} {...props} />}>{job.queue}</Anchor>],
      ["Held", job.held && <HeldNote held={job.held} />],
      ["Project", job.projectId && <Anchor size="sm" renderRoot={(props) => <Link to="/jobs" search={{ project_id: job.projectId ?? undefined }} {...props} />}>{job.projectId}</Anchor>],
      ["Attempt", job.attempt > 0 ? job.attempt : null],
      ["Slices", job.slices > 0 ? `${job.slices} done` : null],
      ["State kept", job.stateBytes && bytes(job.stateBytes)],
      ["Worker", job.worker && <Anchor size="sm" renderRoot={(props) => <Link to="/workers/$workerId" params={{ workerId: job.worker ?? "" }} {...props} />}>{job.worker}</Anchor>],
      ["Submitted by", job.submittedBy],
      ["Created", when(job.createdAt)],
      [job.state === "retrying" ? "Next try" : "Due", job.dueAt && <Until at={job.dueAt} />],
      ["Expires", job.expiresAt && (isFinal(job.state) ? <TimeAgo at={job.expiresAt} /> : <Until at={job.expiresAt} />)],
      ["Started", when(job.startedAt)],
      ["Ended", when(job.endedAt)],
      [job.endedAt ? "Took" : "So far", job.startedAt && !isDueLater(job.state) && <Elapsed from={job.startedAt} to={job.endedAt} />],
      ["Retry of", job.retryOf && <JobAnchor id={job.retryOf} />],
      ["Workflow", job.workflowId && <WorkflowAnchor id={job.workflowId} />],
      ["Parent", job.parentId && <JobAnchor id={job.parentId} />],
      ["Webhook", job.webhookHost],
      ["Idempotency key", job.idempotencyKey && <CopyId id={job.idempotencyKey} label="idempotency key" />],
    ]}
  />
);
