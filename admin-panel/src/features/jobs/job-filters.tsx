import { Button, Checkbox, Popover, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import classes from "./job-filters.module.css";
import { isFiltered } from "./search";

import { DebouncedInput } from "@/components/debounced-input";
import { Icon } from "@/components/icon";
import { stateWord } from "@/components/state-badge";
import { JOB_STATES, type JobFilter, type JobState } from "@/lib/jobs";
import { useProjects } from "@/lib/projects";
import { tasksQuery } from "@/lib/tasks";

type JobFiltersProps = { filter: JobFilter; onChange: (change: JobFilter) => void; onClear: () => void };

export function JobFilters({ filter, onChange, onClear }: JobFiltersProps) {
  const tasks = useQuery(tasksQuery).data ?? [];
  const projects = useProjects(filter.project_id);
  const queues = [...new Set(tasks.map((task) => task.queue))].sort();
  return (
    <div className={classes.filters} role="search" aria-label="Filter jobs">
      <DebouncedInput className={classes.text} label="Search jobs" placeholder="Search payload, result, error" icon="search" value={filter.q} onChange={(q) => onChange({ q })} />
      <StateFilter states={filter.state ?? []} onChange={(state) => onChange({ state })} />
      <Select aria-label="Task" placeholder="Any task" data={tasks.map((task) => task.name).sort()} value={filter.task ?? null} searchable clearable
        onChange={(task) => onChange({ task: task ?? undefined })} className={classes.select} />
      <Select aria-label="Queue" placeholder="Any queue" data={queues} value={filter.queue ?? null} searchable clearable
        onChange={(queue) => onChange({ queue: queue ?? undefined })} className={classes.select} />
      <DebouncedInput className={classes.project} label="Project" placeholder="Any project" suggestions={projects} value={filter.project_id} onChange={(project_id) => onChange({ project_id })} />
      {isFiltered(filter) && <Button variant="subtle" onClick={onClear}>Clear</Button>}
    </div>
  );
}

type StateFilterProps = { states: JobState[]; onChange: (states: JobState[] | undefined) => void };

function StateFilter({ states, onChange }: StateFilterProps) {
  const label = states.length > 1 ? `${states.length} states` : states[0] ? stateWord(states[0]) : "Any state";
  return (
    <Popover position="bottom-start" trapFocus>
      <Popover.Target>
        <Button variant="default" className={classes.states} data-empty={states.length === 0 || undefined} rightSection={<Icon name="chevron" />} justify="space-between">
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group aria-label="States" value={states} onChange={(chosen) => onChange(chosen.length > 0 ? (chosen as JobState[]) : undefined)}>
          <Stack gap="xs">
            {JOB_STATES.map((state) => <Checkbox key={state} value={state} label={stateWord(state)} />)}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
