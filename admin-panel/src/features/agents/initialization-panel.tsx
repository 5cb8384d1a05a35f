import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { AgentDetail } from "./api";

import { JobProgress } from "@/components/job-progress";
import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";
import { isFinal, jobQuery } from "@/lib/jobs";


function titleOf({ state, version, versions }: AgentDetail): string {
  const failed = state === "failed";
  if (version === null) return failed ? "It could not be made ready" : "Getting ready";
  return `Version ${versions[0]?.number ?? ""} ${failed ? "failed" : "is being made"}; version ${version} stays in force`;
}

/** The newest version on its way. Gone once it is ready: then the brief speaks. */
export function InitializationPanel({ agent }: { agent: AgentDetail }) {
  const newest = agent.versions[0];
  const query = useQuery({ ...jobQuery(agent.jobId), enabled: agent.state !== "ready" });
  if (agent.state === "ready") return null;
  return (
    <Panel title={titleOf(agent)} aside={<Anchor size="sm" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: agent.jobId }} {...props} />}>Open job</Anchor>}>
      <Loaded query={query} lines={2}>
        {(job) => (
          <>
            {job.state !== "running" && !isFinal(job.state) && <Text size="sm" mb="md" component="div">The job: <StateBadge state={job.state} note={job.attempt > 1 ? `try ${job.attempt}` : undefined} /></Text>}
            <JobProgress job={job} />
          </>
        )}
      </Loaded>
      {newest?.error && <Text size="sm" c="var(--bad-ink)" mt="md">{newest.error}</Text>}
    </Panel>
  );
}
