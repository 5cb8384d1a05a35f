import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { AgentDetail } from "./api";

import { Facts } from "@/components/facts";
import { Panel } from "@/components/page";
import { TimeAgo } from "@/components/time";


export const AgentFacts = ({ agent }: { agent: AgentDetail }) => (
  <Panel title="Facts">
    <Facts
      facts={[
        ["Project", <Anchor size="sm" renderRoot={(props) => <Link to="/agents" search={{ project_id: agent.projectId }} {...props} />}>{agent.projectId}</Anchor>],
        ["Definition", <Anchor size="sm" renderRoot={(props) => <Link to="/definitions/$name" params={{ name: agent.name }} {...props} />}>{agent.name}</Anchor>],
        ["Role", agent.role],
        ["Newest job", <Anchor size="sm" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: agent.jobId }} {...props} />}>steps, log and cost</Anchor>],
        ["In force", agent.version === null ? "no version yet" : `version ${agent.version}`],
        ["Created", <TimeAgo at={agent.createdAt} />],
        ["Changed", <TimeAgo at={agent.updatedAt} />],
      ]}
    />
  </Panel>
);
