import { Alert, Button, Checkbox, Group, Modal, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { createWebhook, EVENTS, saveWebhook, webhooksKey, webhookValuesQuery, type Webhook, type WebhookValues } from "./api";

import { Loaded } from "@/components/states";
import { fieldErrors } from "@/lib/errors";


const BLANK: WebhookValues = { project_id: "", url: "", events: [...EVENTS], include_result: false, active: true };

const LABELS = { succeeded: "Succeeded", failed: "Failed", cancelled: "Cancelled" } as const;

const rules = {
  url: (value: string) => (/^https?:\/\/[^\s/@]+/.test(value.trim()) ? null : "An address like https://example.com/hooks/slipway"),
  events: (value: string[]) => (value.length > 0 ? null : "Choose at least one"),
};

/** `webhook` is null for a new one. */
type WebhookDialogProps = { webhook: Webhook | null; onClose: () => void; onMade: (webhook: Webhook) => void };

export const WebhookDialog = ({ webhook, onClose, onMade }: WebhookDialogProps) => (
  <Modal opened onClose={onClose} title={webhook ? `Webhook to ${webhook.host}` : "New webhook"} closeButtonProps={{ "aria-label": "Close" }}>
    {webhook ? <Stored id={webhook.id} onSaved={onClose} /> : <WebhookForm initial={BLANK} save={createWebhook} onSaved={onMade} verb="Create webhook" />}
  </Modal>
);

function Stored({ id, onSaved }: { id: string; onSaved: () => void }) {
  const save = (values: WebhookValues) => saveWebhook(id, values);
  return <Loaded query={useQuery(webhookValuesQuery(id))}>{(values) => <WebhookForm initial={values} save={save} onSaved={onSaved} verb="Save changes" stored />}</Loaded>;
}

type WebhookFormProps = {
  initial: WebhookValues;
  save: (values: WebhookValues) => Promise<Webhook>;
  onSaved: (webhook: Webhook) => void;
  verb: string;
  stored?: boolean;
};

function WebhookForm({ initial, save, onSaved, verb, stored = false }: WebhookFormProps) {
  const cache = useQueryClient();
  const form = useForm({ initialValues: initial, validate: rules });
  const saving = useMutation({
    mutationFn: save,
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: webhooksKey });
      onSaved(saved);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack gap="md">
        <TextInput label="Address" description="Shown to admins only, since it may hold a token" withAsterisk data-autofocus type="url" placeholder="https://example.com/hooks/slipway" {...form.getInputProps("url")} />
        <TextInput label="Project" description="Left empty: every project's jobs, and those without one" {...form.getInputProps("project_id")} />
        <Checkbox.Group label="Tell when a job has" {...form.getInputProps("events")}>
          <Group mt={6} gap="lg">{EVENTS.map((one) => <Checkbox key={one} value={one} label={LABELS[one]} />)}</Group>
        </Checkbox.Group>
        <Switch label="Send results of up to 64 KiB along" {...form.getInputProps("include_result", { type: "checkbox" })} />
        {stored && <Switch label="Active" description="Made inactive, it is not told of what waits either" {...form.getInputProps("active", { type: "checkbox" })} />}
        {saving.error && Object.keys(form.errors).length === 0 && <Alert color="red" role="alert">{saving.error.message}</Alert>}
        <Group justify="flex-end"><Button type="submit" loading={saving.isPending}>{verb}</Button></Group>
      </Stack>
    </form>
  );
}
