import { Button, MultiSelect, TextInput } from "@mantine/core";

import classes from "./audit.module.css";
import type { AuditSearch, Result, Via } from "./search";
import { RESULTS, VIAS } from "./search";

import { DebouncedInput } from "@/components/debounced-input";

type FiltersProps = { search: AuditSearch; onChange: (change: Partial<AuditSearch>) => void; onClear: () => void };

export function AuditFilters({ search, onChange, onClear }: FiltersProps) {
  const active = Object.values(search).some((value) => value !== undefined);
  return (
    <div className={classes.filters} role="search" aria-label="Filter the audit log">
      <DebouncedInput labelShown label="Search" placeholder="Text, address or id" icon="search" value={search.q} onChange={(q) => onChange({ q })} />
      <DebouncedInput labelShown label="Actor" placeholder="Anybody" value={search.actor} onChange={(actor) => onChange({ actor })} />
      <DebouncedInput labelShown label="Action" placeholder="Any action" value={search.action} onChange={(action) => onChange({ action })} />
      <DebouncedInput labelShown label="Target" placeholder="Any target" value={search.target} onChange={(target) => onChange({ target })} />
      <MultiSelect label="Result" placeholder={search.result ? "" : "Any result"} data={[...RESULTS]} value={search.result ?? []}
        onChange={(chosen) => onChange({ result: chosen.length > 0 ? (chosen as Result[]) : undefined })} />
      <MultiSelect label="Way in" placeholder={search.via ? "" : "Any way in"} data={[...VIAS]} value={search.via ?? []}
        onChange={(chosen) => onChange({ via: chosen.length > 0 ? (chosen as Via[]) : undefined })} />
      <TextInput type="date" label="Since" value={search.since ?? ""} onChange={(event) => onChange({ since: event.currentTarget.value || undefined })} />
      <TextInput type="date" label="Until" value={search.until ?? ""} onChange={(event) => onChange({ until: event.currentTarget.value || undefined })} />
      {active && <Button variant="subtle" className={classes.clear} onClick={onClear}>Clear filters</Button>}
    </div>
  );
}
