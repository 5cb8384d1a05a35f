import { Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";
import { cancelWorkflow, retryWorkflow, type Workflow } from "@/lib/workflows";

const CANCEL = {
  title: "Cancel this workflow?",
  text: "What waits ends at once; what runs stops at its next checkpoint, and after ten seconds by force. Finished jobs keep their results.",
  verb: "Cancel workflow",
};

export function WorkflowButtons({ workflow }: { workflow: Workflow }) {
  const cancel = useWorkflowAction(cancelWorkflow, "The workflow is being cancelled.");
  const retry = useWorkflowAction(retryWorkflow, "What had failed runs again; finished jobs keep their results.");
  if (!useMay("operator")) return null;
  return (
    <Group gap="xs">
      {["failed", "cancelled"].includes(workflow.state) && (
        <Button variant="default" leftSection={<Icon name="retry" />} loading={retry.isPending} onClick={() => retry.mutate(workflow.id)}>Retry what failed</Button>
      )}
      {workflow.state === "running" && (
        <Confirm {...CANCEL} onConfirm={() => cancel.mutate(workflow.id)}>
          {(open) => <Button variant="default" leftSection={<Icon name="cancel" />} loading={cancel.isPending} onClick={open}>Cancel</Button>}
        </Confirm>
      )}
    </Group>
  );
}

function useWorkflowAction(act: (id: string) => Promise<unknown>, done: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: act,
    onError: notify.failed,
    onSuccess: () => {
      notify.done(done);
      void cache.invalidateQueries({ queryKey: ["workflows"] });
      void cache.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
}
