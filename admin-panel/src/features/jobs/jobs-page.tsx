import { Button, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";

import { ColumnMenu } from "./column-menu";
import { JobFilters } from "./job-filters";
import { JobTable } from "./job-table";
import classes from "./jobs-page.module.css";
import { isFiltered } from "./search";
import { SelectionBar } from "./selection-bar";
import { useColumns } from "./use-columns";
import { useSelection } from "./use-selection";
import { ViewMenu } from "./view-menu";
import type { View } from "./views";

import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { jobListQuery, type JobFilter } from "@/lib/jobs";
import { flatten, isDeep } from "@/lib/pages";
import { useMay } from "@/lib/session";


const route = getRouteApi("/panel/jobs");

export function JobsPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery({ ...jobListQuery(filter), placeholderData: keepPreviousData });
  const jobs = useMemo(() => flatten(query.data), [query.data]);
  const { fetchNextPage, isFetching } = query;
  const loadMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const { columns, chosen, choose } = useColumns();
  const selection = useSelection(jobs);
  const may = useMay("operator");
  const { clear: unpick } = selection;
  useEffect(unpick, [filter, unpick]); // What was picked belongs to the list that it was picked from.
  const openView = (view: View) => {
    choose(view.columns);
    void navigate({ search: view.filter });
  };
  const change = (part: JobFilter) => void navigate({ search: (now) => ({ ...now, ...part }), replace: true });
  const clear = () => void navigate({ search: {} });

  return (
    <Page title="Jobs" wide actions={<><ViewMenu filter={filter} columns={chosen} onOpen={openView} /><ColumnMenu columns={columns} chosen={chosen !== null} onChange={choose} /></>}>
      <NewerNote filter={filter} changed={isDeep(query.data) && query.isStale} />
      <JobFilters filter={filter} onChange={change} onClear={clear} />
      {may && <SelectionBar selection={selection} filter={filter} />}
      <Panel flush>
        <Loaded query={query} lines={12}>
          {() => jobs.length > 0
            ? <JobTable jobs={jobs} columns={columns} chosenByHand={chosen !== null} selection={may ? selection : null} hasMore={query.hasNextPage} onNearEnd={loadMore} />
            : <Nothing filtered={isFiltered(filter)} onClear={clear} />}
        </Loaded>
      </Panel>
      {query.isFetchNextPageError && <Button variant="default" onClick={() => void fetchNextPage()}>More could not be loaded. Try again</Button>}
    </Page>
  );
}

type NewerNoteProps = { filter: JobFilter; changed: boolean };

/** A long list is not reloaded while it is read; this offers to begin again from its top. */
function NewerNote({ filter, changed }: NewerNoteProps) {
  const cache = useQueryClient();
  if (!changed) return null;
  const startOver = () => {
    window.scrollTo({ top: 0 });
    void cache.resetQueries({ queryKey: jobListQuery(filter).queryKey });
  };
  return <Button className={classes.newer} size="xs" radius="xl" onClick={startOver}>The list has changed. Show the newest</Button>;
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) return <Empty title="No job matches" icon="filter" action={<Button variant="default" size="xs" onClick={onClear}>Clear filters</Button>} />;
  return <Empty title="No jobs yet"><Text span>Start an agent, or submit a job over the API: it appears here at once.</Text></Empty>;
}
