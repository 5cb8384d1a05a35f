import { NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";

import { limitQueue } from "./api";
import { ChangeDialog } from "./change-dialog";
import { useChange } from "./use-change";

import type { Queue } from "@/lib/operations";

type LimitsDialogProps = { queue: Queue; onClose: () => void };

export default function LimitsDialog({ queue, onClose }: LimitsDialogProps) {
  const [concurrency, setConcurrency] = useState<number | string>(queue.concurrencyLimit ?? "");
  const [rate, setRate] = useState(queue.rateLimit ?? "");
  const limits = { concurrency_limit: concurrency === "" ? null : Number(concurrency), rate_limit: rate.trim() || null };
  const change = useChange(() => limitQueue(queue.name, limits), () => `${queue.name} has new limits.`, onClose);
  return (
    <ChangeDialog title={`Limits of ${queue.name}`} change={change} submit="Save limits" onClose={onClose}>
      <NumberInput label="Jobs at once" description="On all workers together; left empty: no limit" min={1} max={10_000} allowDecimal={false} value={concurrency} onChange={setConcurrency} data-autofocus />
      <TextInput label="Rate" description="Such as 5/s, 10/m or 100/h; left empty: no limit" value={rate} onChange={(event) => setRate(event.currentTarget.value)} />
    </ChangeDialog>
  );
}
