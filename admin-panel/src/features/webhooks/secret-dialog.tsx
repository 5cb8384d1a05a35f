import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { rotateSecret, secretQuery, type Owner, type Secret } from "./api";

import { CodeBlock } from "@/components/code-block";
import { Confirm } from "@/components/confirm";
import { Loaded } from "@/components/states";
import { TimeAgo } from "@/components/time";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";


type SecretDialogProps = { owner: Owner; onClose: () => void };

export const SecretDialog = ({ owner, onClose }: SecretDialogProps) => (
  <Modal opened onClose={onClose} title={titleOf(owner)} closeButtonProps={{ "aria-label": "Close" }}>
    <Loaded query={useQuery(secretQuery(owner))}>{(secret) => <Shown owner={owner} secret={secret} onDone={onClose} />}</Loaded>
  </Modal>
);

const titleOf = (owner: Owner) => {
  if (owner.kind === "webhook") return `Secret of the webhook to ${owner.name}`;
  return owner.projectId ? `Secret of ${owner.projectId}’s jobs` : "Secret of jobs without a project";
};

const Shown = ({ owner, secret, onDone }: { owner: Owner; secret: Secret; onDone: () => void }) => (
  <Stack gap="md">
    <Text size="sm">The receiver checks with it that a call came from here and was not changed on its way (Standard Webhooks).</Text>
    <CodeBlock text={secret.secret} label="secret" />
    {secret.previousUntil && <Text size="sm" c="dimmed">The one before is good for receivers too: it ends <TimeAgo at={secret.previousUntil} />.</Text>}
    <Group justify="space-between"><Rotate owner={owner} /><Button onClick={onDone}>Done</Button></Group>
  </Stack>
);

function Rotate({ owner }: { owner: Owner }) {
  const cache = useQueryClient();
  const rotate = useMutation({
    mutationFn: () => rotateSecret(owner),
    onError: notify.failed,
    onSuccess: () => cache.invalidateQueries({ queryKey: secretQuery(owner).queryKey }),
  });
  if (!useMay("admin")) return <span />;
  return (
    <Confirm title="Make a new secret?" text="For 24 hours calls are signed with both; after that receivers must know the new one." verb="Make a new secret" onConfirm={rotate.mutate}>
      {(open) => <Button variant="default" loading={rotate.isPending} onClick={open}>New secret</Button>}
    </Confirm>
  );
}
