import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { drainQueue, pauseQueue } from "./api";
import { useChange } from "./use-change";

import { plural } from "@/lib/format";
import type { Queue } from "@/lib/operations";

const WAYS = {
  pause: {
    verb: "Pause",
    hold: pauseQueue,
    text: "Nothing more is dispatched, and within two seconds workers take nothing more. What a worker holds already is finished. New jobs are taken and wait.",
    said: (name: string) => `${name} is paused.`,
  },
  drain: {
    verb: "Drain",
    hold: drainQueue,
    text: "Nothing more is dispatched. What has been is finished, and then the queue is paused. New jobs are taken and wait.",
    said: (name: string) => `${name} is draining.`,
  },
} as const;

type HoldDialogProps = { queue: Queue; how: keyof typeof WAYS; onClose: () => void };

export default function HoldDialog({ queue, how, onClose }: HoldDialogProps) {
  const { verb, hold, text, said } = WAYS[how];
  const [reason, setReason] = useState("");
  const change = useChange((why: string) => hold(queue.name, why || null), () => said(queue.name), onClose);
  return (
    <Modal opened onClose={onClose} title={`${verb} ${queue.name}?`} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={(event) => { event.preventDefault(); change.mutate(reason.trim()); }}>
        <Stack gap="md">
          <Text size="sm">{text}</Text>
          <Text size="sm" c="dimmed">Now: {plural(queue.queued, "job")} waiting, {plural(queue.inFlight, "job")} with the broker or a worker.</Text>
          <TextInput label="Reason" description="Shown wherever the queue is; may be left empty" maxLength={200} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>Keep it open</Button>
            <Button type="submit" loading={change.isPending}>{verb} queue</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
