import { Button, Group, List, Modal, Progress, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { actOnMany, countMatching, summary, type BulkAction, type BulkResult, type Target } from "./bulk";
import classes from "./jobs-page.module.css";
import type { Selection } from "./use-selection";

import { Icon, type IconName } from "@/components/icon";
import { count, plural } from "@/lib/format";
import type { JobFilter } from "@/lib/jobs";


const WORDS = {
  cancel: { verb: "Cancel", title: "Cancel these jobs?", text: "Waiting jobs end at once; running ones stop at their next checkpoint." },
  run_now: { verb: "Run now", title: "Run these jobs now?", text: "Each becomes due at once, and waits for a worker like any other." },
  retry: { verb: "Run again", title: "Run these jobs again?", text: "Each becomes a new job with the same payload." },
};

type Asked = { action: BulkAction; matched: number };
const ICONS = { cancel: "cancel", retry: "retry", run_now: "send" } as const satisfies Record<BulkAction, IconName>;

type SelectionBarProps = { selection: Selection; filter: JobFilter; actions?: readonly BulkAction[] };

/** What may be done with the rows that are picked; asks first, and says afterwards what became of them. */
export function SelectionBar({ selection, filter, actions = ["cancel", "retry"] }: SelectionBarProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const target: Target = selection.all ? { filter } : { ids: [...selection.ids] };
  const ask = useMutation({
    mutationFn: async (action: BulkAction) => ({ action, matched: "ids" in target ? target.ids.length : await countMatching(action, filter) }),
    onSuccess: setAsked,
  });
  const close = () => {
    setAsked(null);
    selection.clear();
  };
  if (selection.ids.size === 0 && !selection.all) return null;
  return (
    <div className={classes.selection} role="region" aria-label="Selected jobs">
      <Text size="sm" fw={600}>{selection.all ? "All that match" : `${count(selection.ids.size)} selected`}</Text>
      {!selection.all && <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>Select all that match</Button>}
      <span className={classes.spring} />
      {actions.map((action) => (
        <Button key={action} size="xs" variant="default" leftSection={<Icon name={ICONS[action]} />} loading={ask.isPending && ask.variables === action} onClick={() => ask.mutate(action)}>
          {WORDS[action].verb}
        </Button>
      ))}
      <Button size="xs" variant="subtle" onClick={selection.clear}>Clear selection</Button>
      {ask.error && <Text size="sm" c="red" role="alert">{ask.error.message}</Text>}
      {asked && <BulkDialog asked={asked} target={target} onClose={close} />}
    </div>
  );
}

type BulkDialogProps = { asked: Asked; target: Target; onClose: () => void };

function BulkDialog({ asked: { action, matched }, target, onClose }: BulkDialogProps) {
  const cache = useQueryClient();
  const [soFar, setSoFar] = useState<BulkResult>({ done: 0, stopping: 0, refused: [] });
  const run = useMutation({
    mutationFn: () => actOnMany(action, target, setSoFar),
    onSettled: () => void cache.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const handled = soFar.done + soFar.stopping + soFar.refused.length;
  const words = WORDS[action];
  return (
    <Modal opened onClose={onClose} title={run.isSuccess ? "Done" : words.title} size="md" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={!run.isPending}>
      {run.isIdle && <Text size="sm">{plural(matched, "job")}. {words.text}{"filter" in target && " Jobs that it does not apply to are left out."}</Text>}
      {run.isPending && <Progress value={matched ? (100 * handled) / matched : 100} aria-label="Progress" animated />}
      {(run.isSuccess || run.error) && <List size="sm" role="status">{summary(action, soFar).map((line) => <List.Item key={line}>{line}</List.Item>)}</List>}
      {run.error && <Text size="sm" c="red" role="alert" mt="xs">{run.error.message} What is listed was done.</Text>}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>{run.isIdle ? "Keep them" : "Close"}</Button>
        {run.isIdle && <Button color={action === "cancel" ? "red.9" : undefined} disabled={matched === 0} onClick={() => run.mutate()}>{words.verb} {plural(matched, "job")}</Button>}
      </Group>
    </Modal>
  );
}
