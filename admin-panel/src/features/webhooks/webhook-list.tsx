import { ActionIcon, Button, Group, Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { deleteWebhook, testWebhook, webhooksKey, type Owner, type Webhook } from "./api";
import classes from "./webhook-list.module.css";

import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";


export type Dialog =
  | { kind: "edit"; webhook: Webhook | null }
  | { kind: "secret"; owner: Owner }
  | { kind: "sent"; webhook: Webhook }
  | null;

type RowProps = { webhook: Webhook; show: (dialog: Dialog) => void };

export const WebhookList = ({ webhooks, show }: { webhooks: Webhook[]; show: RowProps["show"] }) => (
  <ul className={classes.list}>{webhooks.map((one) => <WebhookRow key={one.id} webhook={one} show={show} />)}</ul>
);

const WebhookRow = ({ webhook, show }: RowProps) => (
  <li className={classes.item}>
    <div className={classes.what}>
      <div className={classes.name}>
        {webhook.host}
        {!webhook.active && <span className={classes.inactive}><Icon name="cancel" size={14} />Inactive</span>}
      </div>
      <div className={classes.dim}>{webhook.projectId ? `Project ${webhook.projectId}` : "Every project"} · {told(webhook)}</div>
      {webhook.note && <div className={classes.note}>{webhook.note}</div>}
    </div>
    <Group gap="xs" wrap="nowrap">
      <TestButton webhook={webhook} show={show} />
      <Button variant="default" size="xs" aria-label={`Deliveries to ${webhook.host}`} onClick={() => show({ kind: "sent", webhook })}>Deliveries</Button>
      <RowMenu webhook={webhook} show={show} />
    </Group>
  </li>
);

const told = ({ events, includeResult }: Webhook) =>
  (events.length === 3 ? "every end" : events.join(", ")) + (includeResult ? ", with small results" : "");

function TestButton({ webhook, show }: RowProps) {
  const test = useMutation({ mutationFn: () => testWebhook(webhook.id), onError: notify.failed, onSuccess: () => show({ kind: "sent", webhook }) });
  if (!useMay("operator")) return null;
  return <Button variant="default" size="xs" aria-label={`Test ${webhook.host}`} loading={test.isPending} onClick={() => test.mutate()}>Test</Button>;
}

function RowMenu({ webhook, show }: RowProps) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteWebhook(webhook.id),
    onError: notify.failed,
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: webhooksKey });
      notify.done(`${webhook.host} is told nothing any more.`);
    },
  });
  if (!useMay("admin")) return null;
  const secret = { kind: "secret", owner: { kind: "webhook", id: webhook.id, name: webhook.host } } as const;
  return (
    <Confirm title={`Delete the webhook to ${webhook.host}?`} text="Deliveries that wait are cancelled, and its secret is forgotten." verb="Delete webhook" onConfirm={remove.mutate}>
      {(open) => (
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${webhook.host}`}><Icon name="dots" size={18} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Icon name="edit" />} onClick={() => show({ kind: "edit", webhook })}>Edit</Menu.Item>
            <Menu.Item leftSection={<Icon name="key" />} onClick={() => show(secret)}>Secret</Menu.Item>
            <Menu.Item leftSection={<Icon name="trash" />} onClick={open}>Delete</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Confirm>
  );
}
