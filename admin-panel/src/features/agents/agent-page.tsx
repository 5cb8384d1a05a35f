import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";


import { AgentButtons } from "./agent-buttons";
import { AgentFacts } from "./agent-facts";
import classes from "./agent-page.module.css";
import { agentQuery, type AgentDetail } from "./api";
import { Ask } from "./ask";
import { BriefPanel } from "./brief-panel";
import { Chunks } from "./chunks";
import { InitializationPanel } from "./initialization-panel";
import { Versions } from "./versions";

import { BackLink } from "@/components/back-link";
import { CopyId } from "@/components/copy-id";
import { Page } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";

const route = getRouteApi("/panel/agents/$agentId");

export function AgentPage() {
  const { agentId } = route.useParams();
  return <Loaded whole query={useQuery(agentQuery(agentId))} lines={12}>{(agent) => <AgentView key={agent.id} agent={agent} />}</Loaded>;
}

const AgentView = ({ agent }: { agent: AgentDetail }) => (
  <Page
    title={agent.name}
    back={<BackLink to="/agents">Agents</BackLink>}
    heading={<>{agent.name} <StateBadge state={agent.state} /></>}
    note={<CopyId id={agent.id} label="agent id" />}
    actions={<AgentButtons agent={agent} />}
  >
    <div className={classes.columns}>
      <div className={classes.main}>
        <InitializationPanel agent={agent} />
        {agent.version !== null && <Ask agent={agent} />}
        {agent.brief && <BriefPanel brief={agent.brief} version={agent.version} />}
        <Chunks agentId={agent.id} />
      </div>
      <aside className={classes.side}>
        <AgentFacts agent={agent} />
        <Versions agent={agent} />
      </aside>
    </div>
  </Page>
);
