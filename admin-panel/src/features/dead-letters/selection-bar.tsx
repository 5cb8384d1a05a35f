import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { countMatching, type Target } from "./bulk";
import classes from "./dead-letters.module.css";
import { Decide, type Action } from "./decide";

import { Icon } from "@/components/icon";
import { count } from "@/lib/format";
import type { LetterFilter } from "@/lib/dead-letters";

type SelectionBarProps = { ids: ReadonlySet<string>; filter: LetterFilter; onClear: () => void };

/** What may be decided about the rows that are picked, or about all that the filter finds. */
export function SelectionBar({ ids, filter, onClear }: SelectionBarProps) {
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<{ action: Action; matched: number } | null>(null);
  const target: Target = all ? { filter } : { ids: [...ids] };
  const ask = useMutation({
    mutationFn: async (action: Action) => ({ action, matched: all ? await countMatching(filter) : ids.size }),
    onSuccess: setAsked,
  });
  const close = () => {
    setAsked(null);
    setAll(false);
    onClear();
  };
  if (ids.size === 0) return null;
  return (
    <div className={classes.selection} role="region" aria-label="Selected dead letters">
      <Text size="sm" fw={600}>{all ? "All that match" : `${count(ids.size)} selected`}</Text>
      {!all && <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>Select all that match</Button>}
      <span className={classes.spring} />
      <Button size="xs" variant="default" leftSection={<Icon name="retry" />} loading={ask.isPending} onClick={() => ask.mutate("rerun")}>Run again…</Button>
      <Button size="xs" variant="default" leftSection={<Icon name="trash" />} loading={ask.isPending} onClick={() => ask.mutate("discard")}>Discard…</Button>
      <Button size="xs" variant="subtle" onClick={close}>Clear selection</Button>
      {ask.error && <Text size="sm" c="red" role="alert">{ask.error.message}</Text>}
      {asked && <Decide {...asked} target={target} onClose={close} />}
    </div>
  );
}
