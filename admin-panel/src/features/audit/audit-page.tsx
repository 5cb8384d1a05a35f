import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { auditQuery } from "./api";
import { AuditFilters } from "./audit-filters";
import { AuditList } from "./audit-list";
import type { AuditSearch } from "./search";

import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";

export function AuditPage() {
  const search = useSearch({ from: "/panel/settings/audit" });
  const navigate = useNavigate({ from: "/settings/audit" });
  const query = useInfiniteQuery(auditQuery(search));
  const narrow = (change: Partial<AuditSearch>) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const clear = () => void navigate({ search: {} });
  const entries = flatten(query.data);
  return (
    <Page title="Audit log" note="What people and programs did here, the newest first.">
      <AuditFilters search={search} onChange={narrow} onClear={clear} />
      <Panel flush>
        <Loaded query={query}>
          {() => entries.length > 0 ? <AuditList entries={entries} onNarrow={narrow} /> : <NothingFound onClear={clear} />}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
    </Page>
  );
}

const NothingFound = ({ onClear }: { onClear: () => void }) => (
  <Empty title="Nothing found" icon="search" action={<Button variant="default" size="xs" onClick={onClear}>Clear filters</Button>}>
    No entry fits these filters.
  </Empty>
);
