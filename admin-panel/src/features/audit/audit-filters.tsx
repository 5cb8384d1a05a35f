import { Button, Group, MultiSelect, TextInput } from "@mantine/core";

import classes from "./audit.module.css";
import type { AuditSearch, Result, Via } from "./search";
import { RESULTS, VIAS } from "./search";

import { DebouncedInput } from "@/components/debounced-input";

type FiltersProps = { search: AuditSearch; onChange: (change: Partial<AuditSearch>) => void; onClear: () => void };

export function AuditFilters({ search, onChange, onClear }: FiltersProps) {
  const active = Object.values(search).some((value) => value !== undefined);
  return (
    <Group gap="xs" align="flex-start">
      <DebouncedInput label="Search" placeholder="Search" icon="search" className={classes.search} value={search.q} onChange={(q) => onChange({ q })} />
      <DebouncedInput label="Actor" placeholder="Actor" className={classes.filter} value={search.actor} onChange={(actor) => onChange({ actor })} />
      <DebouncedInput label="Action" placeholder="Action" className={classes.filter} value={search.action} onChange={(action) => onChange({ action })} />
      <DebouncedInput label="Target" placeholder="Target" className={classes.filter} value={search.target} onChange={(target) => onChange({ target })} />
      <MultiSelect aria-label="Result" placeholder={search.result ? "" : "Any result"} className={classes.filter} data={[...RESULTS]} value={search.result ?? []}
        onChange={(chosen) => onChange({ result: chosen.length > 0 ? (chosen as Result[]) : undefined })} />
      <MultiSelect aria-label="Way in" placeholder={search.via ? "" : "Any way in"} className={classes.filter} data={[...VIAS]} value={search.via ?? []}
        onChange={(chosen) => onChange({ via: chosen.length > 0 ? (chosen as Via[]) : undefined })} />
      <TextInput type="date" aria-label="Since" leftSection="from" leftSectionWidth={52} className={classes.day} value={search.since ?? ""} onChange={(event) => onChange({ since: event.currentTarget.value || undefined })} />
      <TextInput type="date" aria-label="Until" leftSection="until" leftSectionWidth={52} className={classes.day} value={search.until ?? ""} onChange={(event) => onChange({ until: event.currentTarget.value || undefined })} />
      {active && <Button variant="subtle" onClick={onClear}>Clear filters</Button>}
    </Group>
  );
}
