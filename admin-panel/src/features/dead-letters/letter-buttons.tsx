import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Decide } from "./decide";
import { RerunDialog } from "./rerun-dialog";

import { Icon } from "@/components/icon";
import { isRunnable, rerunLetter, type LetterDetail } from "@/lib/dead-letters";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";

export function LetterButtons({ letter }: { letter: LetterDetail }) {
  const [open, setOpen] = useState<"edit" | "discard" | null>(null);
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: () => rerunLetter(letter.id),
    onError: notify.failed,
    onSuccess: ({ job_id }) => {
      notify.done("It was run again as a new job.");
      void navigate({ to: "/jobs/$jobId", params: { jobId: job_id } });
    },
  });
  const close = () => setOpen(null);
  if (!useMay("operator") || !isRunnable(letter)) return null;
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<Icon name="retry" />} loading={run.isPending} onClick={() => run.mutate()}>Run again</Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setOpen("edit")}>Edit and run again</Button>
      {letter.state === "open" && <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setOpen("discard")}>Discard</Button>}
      {open === "edit" && <RerunDialog letter={letter} onClose={close} />}
      {open === "discard" && <Decide action="discard" matched={1} target={{ ids: [letter.id] }} onClose={close} />}
    </Group>
  );
}
