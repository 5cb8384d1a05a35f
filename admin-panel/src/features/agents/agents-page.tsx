import { Button } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { AgentList } from "./agent-list";
import classes from "./agents-page.module.css";
import { agentListQuery } from "./api";

import { DebouncedInput } from "@/components/debounced-input";
import { Icon } from "@/components/icon";
import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";
import { useProjects } from "@/lib/projects";
import { useMay } from "@/lib/session";


const route = getRouteApi("/panel/agents");

export function AgentsPage() {
  const { project_id } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery({ ...agentListQuery(project_id), placeholderData: keepPreviousData });
  const agents = flatten(query.data);
  const filterBy = (project: string | undefined) => void navigate({ search: { project_id: project }, replace: true });
  return (
    <Page title="Agents" actions={<StartButton projectId={project_id} />}>
      <DebouncedInput className={classes.filter} label="Project" placeholder="Any project" icon="filter" suggestions={useProjects(project_id)} value={project_id} onChange={filterBy} />
      <Panel flush>
        <Loaded query={query} lines={8}>
          {() => agents.length > 0 ? <AgentList agents={agents} /> : <Nothing projectId={project_id} />}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
    </Page>
  );
}

function StartButton({ projectId }: { projectId: string | undefined }) {
  if (!useMay("operator")) return null;
  return <Button leftSection={<Icon name="plus" />} renderRoot={(props) => <Link to="/agents/new" search={{ project_id: projectId }} {...props} />}>Start an agent</Button>;
}

const Nothing = ({ projectId }: { projectId: string | undefined }) =>
  projectId
    ? <Empty title={`No agents in ${projectId}`} icon="agents" />
    : <Empty title="No agents yet" icon="agents" action={<StartButton projectId={projectId} />}>Give one some context: it reads it, writes itself a brief, and answers questions.</Empty>;
