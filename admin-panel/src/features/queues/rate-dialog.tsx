import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useChange } from "./use-change";

import { limitTask, type Task } from "@/lib/tasks";

type RateDialogProps = { task: Task; onClose: () => void };

export default function RateDialog({ task, onClose }: RateDialogProps) {
  const [rate, setRate] = useState(task.ownRate ?? "");
  const change = useChange(() => limitTask(task.name, rate.trim() || null), () => `${task.name} has another rate.`, onClose);
  const otherwise = task.declaredRate ?? "no limit";
  return (
    <Modal opened onClose={onClose} title={`Rate of ${task.name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={(event) => { event.preventDefault(); change.mutate(undefined); }}>
        <Stack gap="md">
          <TextInput label="Rate" description={`Such as 5/s, 10/m or 100/h, or none; left empty, as its contract says: ${otherwise}`} value={rate} onChange={(event) => setRate(event.currentTarget.value)} data-autofocus />
          {change.error && <Alert color="red" role="alert">{change.error.message}</Alert>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>Close</Button>
            <Button type="submit" loading={change.isPending}>Save rate</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
