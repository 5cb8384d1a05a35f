import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { webhooksQuery, type Webhook } from "./api";
import { JobSecret } from "./job-secret";
import { SecretDialog } from "./secret-dialog";
import { SentDialog } from "./sent-dialog";
import { WebhookDialog } from "./webhook-dialog";
import { WebhookList, type Dialog } from "./webhook-list";

import { Icon } from "@/components/icon";
import { LoadMore } from "@/components/load-more";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";
import { useMay } from "@/lib/session";


export function WebhooksPage() {
  const query = useInfiniteQuery(webhooksQuery);
  const [dialog, show] = useState<Dialog>(null);
  const webhooks = flatten(query.data);
  const add = useMay("admin") && <Button leftSection={<Icon name="plus" />} onClick={() => show({ kind: "edit", webhook: null })}>New webhook</Button>;
  return (
    <Page title="Webhooks" note="Who is told when jobs end: a signed POST, tried for hours until it is taken." actions={add}>
      <Panel flush>
        <Loaded query={query}>
          {() => webhooks.length > 0
            ? <WebhookList webhooks={webhooks} show={show} />
            : <Empty title="No webhooks yet" icon="send">One tells your own service when jobs of a project succeed, fail or are cancelled.</Empty>}
        </Loaded>
        <LoadMore query={query} />
      </Panel>
      <JobSecret show={(projectId) => show({ kind: "secret", owner: { kind: "jobs", projectId } })} />
      <Dialogs dialog={dialog} show={show} />
    </Page>
  );
}

function Dialogs({ dialog, show }: { dialog: Dialog; show: (dialog: Dialog) => void }) {
  const leave = () => show(null);
  if (dialog?.kind === "edit") {
    const made = ({ id, host }: Webhook) => show({ kind: "secret", owner: { kind: "webhook", id, name: host } });
    return <WebhookDialog webhook={dialog.webhook} onClose={leave} onMade={made} />;
  }
  if (dialog?.kind === "secret") return <SecretDialog owner={dialog.owner} onClose={leave} />;
  if (dialog?.kind === "sent") return <SentDialog webhook={dialog.webhook} onClose={leave} />;
  return null;
}
