import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { StartAgentForm } from "./start-agent-form";

import { BackLink } from "@/components/back-link";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { definitionsQuery } from "@/lib/definitions";
import { useMay } from "@/lib/session";


const route = getRouteApi("/panel/agents/new");

export function StartAgentPage() {
  const { project_id = "", agent_name = null } = route.useSearch();
  const query = useQuery(definitionsQuery);
  const may = useMay("operator");
  return (
    <Page title="Start an agent" back={<BackLink to="/agents">Agents</BackLink>} note="It reads what you give it, writes itself a brief, and is then ready for questions.">
      <Panel>
        {may ? (
          <Loaded query={query}>
            {(definitions) => <StartAgentForm definitions={definitions} projectId={project_id} agentName={agent_name} />}
          </Loaded>
        ) : (
          <Empty title="Viewers cannot start agents" icon="hand">Ask an administrator for the role of an operator.</Empty>
        )}
      </Panel>
    </Page>
  );
}
