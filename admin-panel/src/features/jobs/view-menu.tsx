import { ActionIcon, Button, Checkbox, Divider, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import type { ColumnId } from "./job-columns";
import { changeView, deleteView, isSame, saveView, viewsQuery, type View } from "./views";

import { Icon } from "@/components/icon";
import type { JobFilter } from "@/lib/jobs";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";


type ViewMenuProps = { filter: JobFilter; columns: ColumnId[] | null; onOpen: (view: View) => void };

/** Searches under a name: one's own, and those that somebody shares. */
export function ViewMenu({ filter, columns, onOpen }: ViewMenuProps) {
  const [opened, { toggle, close }] = useDisclosure();
  const views = useQuery(viewsQuery).data ?? [];
  const [lastId, setLastId] = useState<string | null>(null);
  const last = views.find((view) => view.id === lastId && view.mayChange);
  const open = (view: View) => {
    close();
    setLastId(view.id);
    onOpen(view);
  };
  return (
    <Popover position="bottom-end" width={300} trapFocus opened={opened} onChange={(now) => now || close()}>
      <Popover.Target><Button variant="default" leftSection={<Icon name="filter" />} onClick={toggle}>Views</Button></Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {views.length === 0 && <Text size="sm" c="dimmed">No saved views yet.</Text>}
          {views.map((view) => <ViewLine key={view.id} view={view} onOpen={() => open(view)} />)}
          <Divider />
          {last && !isSame(last, { filter, columns }) && <SaveChanges view={last} filter={filter} columns={columns} />}
          <SaveView filter={filter} columns={columns} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function ViewLine({ view, onOpen }: { view: View; onOpen: () => void }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteView(view.id),
    onError: notify.failed,
    onSuccess: () => void cache.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  return (
    <Group gap="xs" wrap="nowrap">
      <Button variant="subtle" size="compact-sm" justify="flex-start" flex={1} miw={0} onClick={onOpen}>{view.name}</Button>
      {view.shared && <Text size="xs" c="dimmed">{view.mine ? "shared" : `by ${view.ownerName}`}</Text>}
      {view.mayChange && <ActionIcon variant="subtle" color="gray" aria-label={`Delete view ${view.name}`} loading={remove.isPending} onClick={() => remove.mutate()}><Icon name="trash" /></ActionIcon>}
    </Group>
  );
}

type SaveChangesProps = { view: View; filter: JobFilter; columns: ColumnId[] | null };

/** For the view that was opened last: it becomes what is shown now. */
function SaveChanges({ view, filter, columns }: SaveChangesProps) {
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: () => changeView(view.id, { name: view.name, shared: view.shared, filter, columns }),
    onError: notify.failed,
    onSuccess: () => void cache.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  return <Button size="xs" loading={change.isPending} onClick={() => change.mutate()}>Save changes to “{view.name}”</Button>;
}

function SaveView({ filter, columns }: { filter: JobFilter; columns: ColumnId[] | null }) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const mayShare = useMay("operator");
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => saveView({ name: name.trim(), shared, filter, columns }),
    onSuccess: () => {
      setName("");
      void cache.invalidateQueries({ queryKey: viewsQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput label="Save what is shown now" placeholder="Name" maxLength={80} value={name} error={save.error?.message} onChange={(event) => setName(event.currentTarget.value)} />
        {mayShare && <Checkbox label="Everybody may use it" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />}
        <Button type="submit" size="xs" variant="default" disabled={name.trim() === ""} loading={save.isPending}>Save view</Button>
      </Stack>
    </form>
  );
}
