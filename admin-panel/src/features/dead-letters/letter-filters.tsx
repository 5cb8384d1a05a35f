import { Button, MultiSelect, Select } from "@mantine/core";

import classes from "./dead-letters.module.css";
import { AGES, hoursAgo, isFiltered } from "./search";
import { CAUSE_WORDS, STATE_WORDS } from "./words";

import { DebouncedInput } from "@/components/debounced-input";
import { CAUSES, LETTER_STATES, type Cause, type LetterFilter, type LetterState } from "@/lib/dead-letters";

type LetterFiltersProps = { filter: LetterFilter; onChange: (change: LetterFilter) => void; onClear: () => void };

const some = <T extends string>(chosen: string[]): T[] | undefined => (chosen.length > 0 ? (chosen as T[]) : undefined); // From the list it was given.

export const LetterFilters = ({ filter, onChange, onClear }: LetterFiltersProps) => (
  <div className={classes.filters} role="search" aria-label="Filter dead letters">
    <DebouncedInput label="Search dead letters" placeholder="Error, task or id" icon="search" className={classes.text} value={filter.q} onChange={(q) => onChange({ q })} />
    <MultiSelect aria-label="State" placeholder={filter.state ? "" : "Open"} data={LETTER_STATES.map((value) => ({ value, label: STATE_WORDS[value] }))}
      value={filter.state ?? []} onChange={(chosen) => onChange({ state: some<LetterState>(chosen) })} />
    <MultiSelect aria-label="Cause" placeholder={filter.cause ? "" : "Any cause"} data={CAUSES.map((value) => ({ value, label: CAUSE_WORDS[value] }))}
      value={filter.cause ?? []} onChange={(chosen) => onChange({ cause: some<Cause>(chosen) })} />
    <DebouncedInput label="Task" placeholder="Any task" value={filter.task} onChange={(task) => onChange({ task })} />
    <DebouncedInput label="Queue" placeholder="Any queue" value={filter.queue} onChange={(queue) => onChange({ queue })} />
    <Select aria-label="Age" placeholder={filter.since ? "Since a moment" : "Any age"} data={Object.keys(AGES)} value={null}
      onChange={(chosen) => chosen && onChange({ since: hoursAgo(AGES[chosen as keyof typeof AGES]) })} />
    {isFiltered(filter) && <Button variant="subtle" onClick={onClear}>Clear</Button>}
  </div>
);
