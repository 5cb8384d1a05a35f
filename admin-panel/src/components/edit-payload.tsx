import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { fieldErrors } from "@/lib/errors";
import { parsePayload } from "@/lib/payload-text";

type Payload = Record<string, unknown>;
type EditPayloadProps = {
  payload: unknown;
  note: string;
  run: (payload: Payload) => Promise<{ job_id: string }>;
  onRun: () => void;
  onClose: () => void;
};

/** A payload as JSON, held against the contract by the API itself, and the way to the job that was made with it. */
export function EditPayload({ payload, note, run, onRun, onClose }: EditPayloadProps) {
  const [text, setText] = useState(() => JSON.stringify(payload, null, 2));
  const parsed = parsePayload(text);
  const navigate = useNavigate();
  const running = useMutation({
    mutationFn: run,
    onSuccess: ({ job_id }) => {
      onRun();
      void navigate({ to: "/jobs/$jobId", params: { jobId: job_id } });
    },
  });
  return (
    <Modal opened onClose={onClose} title="Edit and run again" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{note}</Text>
        <Textarea label="Payload" autosize minRows={8} maxRows={22} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)}
          error={"problem" in parsed ? parsed.problem : undefined} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }} data-autofocus />
        {running.error && <Refusal error={running.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>Close</Button>
          <Button loading={running.isPending} disabled={"problem" in parsed} onClick={() => "payload" in parsed && running.mutate(parsed.payload)}>Run</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const Refusal = ({ error }: { error: Error }) => (
  <div role="alert">
    <Text size="sm" c="red">{error.message}</Text>
    {Object.entries(fieldErrors(error)).map(([field, message]) => <Text key={field} size="sm"><code>{field}</code>: {message}</Text>)}
  </div>
);
