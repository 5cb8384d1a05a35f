import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { CountBar } from "./count-bar";
import type { Tab } from "./search";
import { WorkflowButtons } from "./workflow-actions";
import classes from "./workflow-page.module.css";
import { WorkflowTimeline } from "./workflow-timeline";

import { BackLink } from "@/components/back-link";
import { CopyId } from "@/components/copy-id";
import { Facts } from "@/components/facts";
import { Page, Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded, Loading } from "@/components/states";
import { Elapsed, TimeAgo } from "@/components/time";
import { workflowQuery, type Workflow } from "@/lib/workflows";

// The library that draws it is as large as a page of ours.
const WorkflowGraph = lazy(() => import("./workflow-graph"));
const route = getRouteApi("/panel/workflows/$workflowId");

export function WorkflowPage() {
  const { workflowId } = route.useParams();
  return <Loaded whole query={useQuery(workflowQuery(workflowId))} lines={12}>{(workflow) => <WorkflowView workflow={workflow} />}</Loaded>;
}

const WorkflowView = ({ workflow }: { workflow: Workflow }) => (
  <Page
    wide
    title={workflow.name}
    back={<BackLink to="/workflows">Workflows</BackLink>}
    heading={<>{workflow.name} <StateBadge state={workflow.state} /></>}
    note={<CopyId id={workflow.id} label="workflow id" />}
    actions={<WorkflowButtons workflow={workflow} />}
  >
    <Panel>
      <div className={classes.summary}>
        <CountBar counts={workflow.counts} />
        <Facts
          facts={[
            ["Project", workflow.projectId],
            ["Begun", <TimeAgo key="begun" at={workflow.createdAt} />],
            [workflow.endedAt ? "Took" : "For", <Elapsed key="took" from={workflow.createdAt} to={workflow.endedAt} />],
          ]}
        />
      </div>
    </Panel>
    <Views workflow={workflow} />
  </Page>
);

/** Two ways to look at the same run. */
function Views({ workflow }: { workflow: Workflow }) {
  const { view = "graph" } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (tab: string | null) => void navigate({ search: { view: tab === "graph" ? undefined : (tab as Tab) }, replace: true });
  return (
    <Panel flush>
      <Tabs value={view} onChange={change} keepMounted={false}>
        <Tabs.List className={classes.tabs}>
          <Tabs.Tab value="graph">Graph</Tabs.Tab>
          <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="graph"><Suspense fallback={<Loading lines={8} />}><WorkflowGraph workflow={workflow} /></Suspense></Tabs.Panel>
        <Tabs.Panel value="timeline"><WorkflowTimeline workflow={workflow} /></Tabs.Panel>
      </Tabs>
    </Panel>
  );
}
