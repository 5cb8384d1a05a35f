import { TextInput } from "@mantine/core";
import { useState } from "react";

import { ChangeDialog } from "./change-dialog";
import { useChange } from "./use-change";

import { limitTask, type Task } from "@/lib/tasks";

type RateDialogProps = { task: Task; onClose: () => void };

export default function RateDialog({ task, onClose }: RateDialogProps) {
  const [rate, setRate] = useState(task.ownRate ?? "");
  const change = useChange(() => limitTask(task.name, rate.trim() || null), () => `${task.name} has another rate.`, onClose);
  const otherwise = task.declaredRate ?? "no limit";
  return (
    <ChangeDialog title={`Rate of ${task.name}`} change={change} submit="Save rate" onClose={onClose}>
      <TextInput label="Rate" description={`Such as 5/s, 10/m or 100/h, or none; left empty, as its contract says: ${otherwise}`} value={rate} onChange={(event) => setRate(event.currentTarget.value)} data-autofocus />
    </ChangeDialog>
  );
}
