import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { useJobActions } from "./use-job-actions";

import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import { taskPlace } from "@/lib/flower";
import type { Job } from "@/lib/jobs";


export const CANCEL = {
  title: "Cancel this job?",
  text: "A waiting job ends at once. A running one stops at its next checkpoint, and after ten seconds by force.",
  verb: "Cancel job",
};

/** Nothing went wrong with a job that succeeded. */
export const retryWord = (job: Job): string => (job.state === "succeeded" ? "Run again" : "Retry");

const EditRun = lazy(() => import("./edit-run"));

/** Flower hears of a job when a worker takes it. */
const InFlower = ({ job }: { job: Job }) => (
  <Button variant="subtle" leftSection={<Icon name="flower" />} renderRoot={(props) => <Link to="/monitor" search={{ path: taskPlace(job.id) }} {...props} />}>
    Open in Flower
  </Button>
);

export function JobButtons({ job }: { job: Job }) {
  const [editing, setEditing] = useState(false);
  const { cancel, retry, runNow, mayCancel, mayRetry, mayRunNow } = useJobActions(job);
  return (
    <Group gap="xs">
      {job.attempt > 0 && <InFlower job={job} />}
      {mayRetry && (
        <Button variant="default" leftSection={<Icon name="retry" />} loading={retry.isPending} onClick={() => retry.mutate()}>
          {retryWord(job)}
        </Button>
      )}
      {mayRetry && <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setEditing(true)}>Edit and run again</Button>}
      {editing && <Suspense><EditRun job={job} onClose={() => setEditing(false)} /></Suspense>}
      {mayRunNow && <Button variant="default" leftSection={<Icon name="send" />} loading={runNow.isPending} onClick={() => runNow.mutate()}>Run now</Button>}
      {mayCancel && (
        <Confirm {...CANCEL} onConfirm={() => cancel.mutate()}>
          {(open) => (
            <Button variant="default" leftSection={<Icon name="cancel" />} loading={cancel.isPending} onClick={open}>
              Cancel
            </Button>
          )}
        </Confirm>
      )}
    </Group>
  );
}
