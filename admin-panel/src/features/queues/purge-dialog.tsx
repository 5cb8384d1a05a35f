import { Checkbox, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { countWaiting, purgeQueue } from "./api";
import { ChangeDialog } from "./change-dialog";
import { useChange } from "./use-change";

import { plural } from "@/lib/format";
import type { Queue } from "@/lib/operations";

type PurgeDialogProps = { queue: Queue; onClose: () => void };

export default function PurgeDialog({ queue, onClose }: PurgeDialogProps) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [delayed, setDelayed] = useState(false);
  const [messages, setMessages] = useState(false);
  const counted = useQuery({ queryKey: ["queues", "waiting", queue.name, delayed], queryFn: () => countWaiting(queue.name, delayed) });
  const nothing = !counted.data && !(messages && counted.isSuccess);
  const order = { confirm: typed, expected: counted.data ?? 0, delayed, messages, reason: reason.trim() || null };
  const change = useChange(() => purgeQueue(queue.name, order), (done) => `${plural(done, "job")} cancelled.`, onClose);
  return (
    <ChangeDialog title={`Purge ${queue.name}?`} change={change} submit="Purge queue" leave="Keep them" dangerous disabled={typed !== queue.name || nothing} onClose={onClose}>
      <Text size="sm">{counted.data === 0 ? "No job waits here." : `${counted.data === undefined ? "The jobs that wait" : plural(counted.data, "waiting job")} will be cancelled, for good.`} Running ones go on.</Text>
      <Checkbox label="Scheduled and retrying jobs too" checked={delayed} onChange={(event) => setDelayed(event.currentTarget.checked)} />
      <Checkbox label="Messages too that other programs have put into the broker’s queue" checked={messages} onChange={(event) => setMessages(event.currentTarget.checked)} />
      <TextInput label="Reason" description="Kept with each job; may be left empty" maxLength={200} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <TextInput label={`Type ${queue.name} to go on`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" spellCheck={false} data-autofocus />
    </ChangeDialog>
  );
}
