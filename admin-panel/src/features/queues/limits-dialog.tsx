import { NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";

import { limitQueue } from "./api";
import { ChangeDialog } from "./change-dialog";
import { changedLimits, type TypedLimits } from "./limits";
import { useChange } from "./use-change";

import type { Queue } from "@/lib/operations";

type LimitsDialogProps = { queue: Queue; onClose: () => void };

export default function LimitsDialog({ queue, onClose }: LimitsDialogProps) {
  const [shown] = useState<TypedLimits>({ concurrency: queue.concurrencyLimit ?? "", rate: queue.rateLimit ?? "" });
  const [typed, setTyped] = useState(shown);
  const type = (newer: Partial<TypedLimits>) => setTyped((before) => ({ ...before, ...newer }));
  const change = useChange(() => limitQueue(queue.name, changedLimits(shown, typed)), () => `${queue.name} has new limits.`, onClose);
  return (
    <ChangeDialog title={`Limits of ${queue.name}`} change={change} submit="Save limits" onClose={onClose}>
      <NumberInput label="Jobs at once" description="On all workers together; left empty: no limit" min={1} max={10_000} allowDecimal={false} allowNegative={false} value={typed.concurrency} onChange={(concurrency) => type({ concurrency })} data-autofocus />
      <TextInput label="Rate" description="Such as 5/s, 10/m or 100/h; left empty: no limit" value={typed.rate} onChange={(event) => type({ rate: event.currentTarget.value })} />
    </ChangeDialog>
  );
}
