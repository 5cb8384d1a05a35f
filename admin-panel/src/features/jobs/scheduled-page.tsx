import { Button, SegmentedControl, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";

import type { ColumnId } from "./job-columns";
import { JobTable } from "./job-table";
import { SelectionBar } from "./selection-bar";
import { useSelection } from "./use-selection";

import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { DUE_LATER, scheduledQuery, type ScheduleFilter } from "@/lib/jobs";
import { flatten } from "@/lib/pages";
import { useMay } from "@/lib/session";


const route = getRouteApi("/panel/scheduled");
const COLUMNS: readonly ColumnId[] = ["state", "task", "happening", "project", "queue", "due"];
const ACTIONS = ["run_now", "cancel"] as const;
const KINDS = [
  { value: "all", label: "All" },
  { value: "scheduled", label: "Scheduled" },
  { value: "retrying", label: "Retries" },
];

/** What is due later, by its time: scheduled jobs, and jobs that wait for another try with the reason. */
export function ScheduledPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery({ ...scheduledQuery(filter), placeholderData: keepPreviousData });
  const jobs = useMemo(() => flatten(query.data), [query.data]);
  const { fetchNextPage, isFetching } = query;
  const loadMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const selection = useSelection(jobs);
  const may = useMay("operator");
  const { clear: unpick } = selection;
  useEffect(unpick, [filter, unpick]);
  const show = (kind: string) => void navigate({ search: (now) => ({ ...now, state: DUE_LATER.filter((state) => state === kind) }), replace: true });

  return (
    <Page title="Scheduled" wide note="What is due later, the next first" actions={<Kinds filter={filter} onChange={show} />}>
      {may && <SelectionBar selection={selection} filter={{ ...filter, state: filter.state?.length ? filter.state : [...DUE_LATER] }} actions={ACTIONS} />}
      <Panel flush>
        <Loaded query={query} lines={8}>
          {() => jobs.length > 0
            ? <JobTable jobs={jobs} columns={COLUMNS} chosenByHand={false} selection={may ? selection : null} hasMore={query.hasNextPage} onNearEnd={loadMore} />
            : <Empty title="Nothing is due later" icon="clock"><Text span>Jobs that were submitted for a later time stand here, and jobs that wait for another try.</Text></Empty>}
        </Loaded>
      </Panel>
      {query.isFetchNextPageError && <Button variant="default" onClick={() => void fetchNextPage()}>More could not be loaded. Try again</Button>}
    </Page>
  );
}

const Kinds = ({ filter, onChange }: { filter: ScheduleFilter; onChange: (kind: string) => void }) => (
  <SegmentedControl aria-label="Which of them" size="xs" data={KINDS} value={filter.state?.[0] ?? "all"} onChange={onChange} />
);
