import { Button, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { LetterFilters } from "./letter-filters";
import { LetterTable } from "./letter-table";
import { isFiltered, withDefault } from "./search";
import { SelectionBar } from "./selection-bar";

import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { lettersQuery, type LetterFilter } from "@/lib/dead-letters";
import { flatten } from "@/lib/pages";
import { useMay } from "@/lib/session";

const route = getRouteApi("/panel/dead-letters");
const NOTHING: ReadonlySet<string> = new Set();

export function DeadLettersPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery({ ...lettersQuery(withDefault(filter)), placeholderData: keepPreviousData });
  const [ids, setIds] = useState(NOTHING);
  const may = useMay("operator");
  const letters = flatten(query.data);
  const narrow = (search: LetterFilter) => {
    setIds(NOTHING); // What was picked belongs to the list that it was picked from.
    void navigate({ search, replace: true });
  };
  const pick = (picked: Iterable<string>) => setIds(new Set(picked));
  const clear = () => narrow({});
  return (
    <Page title="Dead letters" wide note="Jobs that failed for good, and messages that the broker gave up on.">
      <LetterFilters filter={filter} onChange={(part) => narrow({ ...filter, ...part })} onClear={clear} />
      {may && <SelectionBar ids={ids} filter={withDefault(filter)} onClear={() => setIds(NOTHING)} />}
      <Panel flush>
        <Loaded query={query} lines={8}>
          {() => letters.length > 0 ? <LetterTable letters={letters} picked={may ? { ids, pick } : null} /> : <Nothing filtered={isFiltered(filter)} onClear={clear} />}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
    </Page>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) return <Empty title="Nothing matches" icon="filter" action={<Button variant="default" size="xs" onClick={onClear}>Clear filters</Button>} />;
  return <Empty title="Nothing waits for a decision" icon="check"><Text span>What fails for good stands here until it is run again or discarded.</Text></Empty>;
}
