import { Chip, Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { WorkflowTable } from "./workflow-table";

import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { stateWord } from "@/components/state-badge";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";
import { WORKFLOW_STATES, workflowListQuery, type WorkflowState } from "@/lib/workflows";

const route = getRouteApi("/panel/workflows");

export function WorkflowsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(workflowListQuery(search));
  const workflows = flatten(query.data);
  const choose = (state: string[]) => void navigate({ search: { ...search, state: state.length > 0 ? (state as WorkflowState[]) : undefined }, replace: true });
  return (
    <Page title="Workflows" note="Jobs that wait for each other: chains, groups and chords.">
      <Chip.Group multiple value={search.state ?? []} onChange={choose}>
        <Group gap="xs" role="group" aria-label="Show only">
          {WORKFLOW_STATES.map((state) => <Chip key={state} value={state} size="xs">{stateWord(state)}</Chip>)}
        </Group>
      </Chip.Group>
      <Panel flush>
        <Loaded query={query}>
          {() => workflows.length > 0 ? <WorkflowTable workflows={workflows} /> : <Nothing filtered={search.state !== undefined} />}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
    </Page>
  );
}

const Nothing = ({ filtered }: { filtered: boolean }) =>
  filtered
    ? <Empty title="No workflow is in this state" icon="filter" />
    : <Empty title="No workflows yet" icon="workflows">Send one to POST /api/workflows: it appears here with its graph.</Empty>;
