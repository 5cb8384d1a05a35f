import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { fieldErrors } from "@/lib/errors";
import { jobKeys, retryJob, type Job } from "@/lib/jobs";
import { notify } from "@/lib/notify";
import { parsePayload } from "@/lib/payload-text";


type EditRunProps = { job: Job; onClose: () => void };

/** The payload as JSON, held against the contract by the API itself. */
export default function EditRun({ job, onClose }: EditRunProps) {
  const [text, setText] = useState(() => JSON.stringify(job.payload, null, 2));
  const parsed = parsePayload(text);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: (payload: Record<string, unknown>) => retryJob(job.id, payload),
    onSuccess: ({ job_id }) => {
      void cache.invalidateQueries({ queryKey: jobKeys.lists });
      notify.done("A new job has been made from this one.");
      onClose();
      void navigate({ to: "/jobs/$jobId", params: { jobId: job_id } });
    },
  });
  const wrong = Object.entries(fieldErrors(run.error));
  return (
    <Modal opened onClose={onClose} title="Edit and run again" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">A new job of {job.task} with this payload. The old one stays as it is.</Text>
        <Textarea label="Payload" autosize minRows={8} maxRows={22} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)}
          error={"problem" in parsed ? parsed.problem : undefined} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }} data-autofocus />
        {run.error && (
          <div role="alert">
            <Text size="sm" c="red">{run.error.message}</Text>
            {wrong.map(([field, message]) => <Text key={field} size="sm"><code>{field}</code>: {message}</Text>)}
          </div>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>Close</Button>
          <Button loading={run.isPending} disabled={"problem" in parsed} onClick={() => "payload" in parsed && run.mutate(parsed.payload)}>Run</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
