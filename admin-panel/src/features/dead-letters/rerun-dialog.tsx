import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { rerunLetter, type LetterDetail } from "@/lib/dead-letters";
import { fieldErrors } from "@/lib/errors";
import { notify } from "@/lib/notify";
import { parsePayload } from "@/lib/payload-text";

/** The payload as JSON, held against the contract by the API itself. */
export function RerunDialog({ letter, onClose }: { letter: LetterDetail; onClose: () => void }) {
  const [text, setText] = useState(() => JSON.stringify(letter.payload ?? {}, null, 2));
  const parsed = parsePayload(text);
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: (payload: Record<string, unknown>) => rerunLetter(letter.id, payload),
    onSuccess: ({ job_id }) => {
      notify.done("It was run again as a new job.");
      void navigate({ to: "/jobs/$jobId", params: { jobId: job_id } });
    },
  });
  return (
    <Modal opened onClose={onClose} title="Edit and run again" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">A new job of {letter.task} with this payload. The dead letter keeps the old one.</Text>
        <Textarea label="Payload" autosize minRows={8} maxRows={22} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)}
          error={"problem" in parsed ? parsed.problem : undefined} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }} data-autofocus />
        {run.error && (
          <div role="alert">
            <Text size="sm" c="red">{run.error.message}</Text>
            {Object.entries(fieldErrors(run.error)).map(([field, message]) => <Text key={field} size="sm"><code>{field}</code>: {message}</Text>)}
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
