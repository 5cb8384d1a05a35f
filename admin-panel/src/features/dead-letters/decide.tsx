import { Button, Group, List, Modal, NumberInput, Progress, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { decideMany, type BulkResult, type Target } from "./bulk";

import { letterKeys } from "@/lib/dead-letters";
import { plural } from "@/lib/format";

export type Action = "rerun" | "discard";
type DecideProps = { action: Action; matched: number; target: Target; onClose: () => void };

const TITLES = { rerun: "Run these again?", discard: "Discard these?" };

/** Asks for a rate or a reason, and says afterwards what became of them. */
export function Decide({ action, matched, target, onClose }: DecideProps) {
  const cache = useQueryClient();
  const [soFar, setSoFar] = useState<BulkResult>({ done: 0, refused: [] });
  const [rate, setRate] = useState<number | string>("");
  const [reason, setReason] = useState("");
  const run = useMutation({
    mutationFn: () => decideMany(action === "rerun" ? { action, per_minute: Number(rate) || undefined } : { action, reason: reason.trim() }, target, setSoFar),
    onSettled: () => void Promise.all([cache.invalidateQueries({ queryKey: letterKeys.all }), cache.invalidateQueries({ queryKey: ["alerts"] })]),
  });
  const refusals = [...new Set(soFar.refused)];
  return (
    <Modal opened onClose={onClose} title={run.isSuccess ? "Done" : TITLES[action]} size="md" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={!run.isPending}>
      {run.isIdle && <Text size="sm" mb="sm">{plural(matched, "dead letter")}. {action === "rerun" ? "Each becomes a new job." : "They stay on record, with your reason."}</Text>}
      {run.isIdle && action === "rerun" && <NumberInput label="How many a minute" description="Empty: all at once. The times are stored, so this page may be closed." min={1} max={60_000} value={rate} onChange={setRate} />}
      {run.isIdle && action === "discard" && <TextInput label="Reason" required value={reason} maxLength={200} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />}
      {run.isPending && <Progress value={(100 * (soFar.done + soFar.refused.length)) / Math.max(1, matched)} aria-label="Progress" animated />}
      {(run.isSuccess || run.error) && (
        <List size="sm" role="status">
          <List.Item>{soFar.done} {action === "rerun" ? "run again" : "discarded"}</List.Item>
          {refusals.map((why) => <List.Item key={why}>{soFar.refused.filter((one) => one === why).length} left as they are: {why}</List.Item>)}
        </List>
      )}
      {run.error && <Text size="sm" c="red" role="alert" mt="xs">{run.error.message} What is listed was done.</Text>}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>Close</Button>
        {run.isIdle && <Button color={action === "discard" ? "red.9" : undefined} disabled={action === "discard" && reason.trim() === ""} onClick={() => run.mutate()}>{action === "rerun" ? "Run again" : "Discard"} {plural(matched, "dead letter")}</Button>}
      </Group>
    </Modal>
  );
}
