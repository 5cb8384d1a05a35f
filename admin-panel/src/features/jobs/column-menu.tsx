import { Button, Checkbox, Popover, Stack } from "@mantine/core";

import { COLUMN_IDS, JOB_COLUMNS, type ColumnId } from "./job-columns";

import { Icon } from "@/components/icon";

type ColumnMenuProps = { columns: readonly ColumnId[]; chosen: boolean; onChange: (columns: ColumnId[] | null) => void };

// The row's link and its state: without them a row says nothing.
const ALWAYS: readonly ColumnId[] = ["state", "task"];

export const ColumnMenu = ({ columns, chosen, onChange }: ColumnMenuProps) => (
  <Popover position="bottom-end" trapFocus>
    <Popover.Target><Button variant="default" leftSection={<Icon name="settings" />}>Columns</Button></Popover.Target>
    <Popover.Dropdown>
      <Stack gap="xs">
        {COLUMN_IDS.map((id) => (
          <Checkbox key={id} label={JOB_COLUMNS[id].header} checked={columns.includes(id)} disabled={ALWAYS.includes(id)}
            onChange={(event) => onChange(COLUMN_IDS.filter((one) => (one === id ? event.currentTarget.checked : columns.includes(one))))} />
        ))}
        <Button variant="subtle" size="compact-sm" disabled={!chosen} onClick={() => onChange(null)}>As they were</Button>
      </Stack>
    </Popover.Dropdown>
  </Popover>
);
