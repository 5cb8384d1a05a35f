import { Accordion, Alert, Autocomplete, Button, Group, Input, Select, SegmentedControl, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useId } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";


import { startAgent } from "./api";
import { DocumentsInput } from "./documents-input";
import { contextSize, DOCUMENTS_LIMIT, startRules, TEXT_LIMIT, toFormErrors, toStart, type StartValues } from "./start-form";

import { profilesQuery, type AgentDefinition, type Profile } from "@/lib/definitions";
import { bytes } from "@/lib/format";
import { mayTakeFocus } from "@/lib/places";
import { useProjects } from "@/lib/projects";

type StartAgentFormProps = { definitions: AgentDefinition[]; projectId: string; agentName: string | null };
type Form = UseFormReturnType<StartValues>;

export function StartAgentForm({ definitions, projectId, agentName }: StartAgentFormProps) {
  const form = useForm<StartValues>({
    initialValues: { project_id: projectId, agent_name: agentName, profile: null, kind: "text", text: "", documents: [], webhook_url: "" },
    validate: startRules,
  });
  const start = useStart(form);
  const chosen = definitions.find((one) => one.name === form.values.agent_name);
  return (
    <form onSubmit={form.onSubmit((values) => start.mutate(values))} noValidate>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Autocomplete data={useProjects(form.values.project_id)} label="Project" description="Its id, as your application knows it" withAsterisk openOnFocus={false} autoFocus={!projectId && mayTakeFocus()} {...form.getInputProps("project_id")} />
          <Select label="Agent definition" description={chosen?.role ?? "What the agent is and what it is for"} withAsterisk searchable
            data={definitions.map((one) => one.name)} nothingFoundMessage="No such definition" {...form.getInputProps("agent_name")} />
        </SimpleGrid>
        <Context form={form} />
        <ProfileSelect form={form} usual={chosen?.profile} />
        <Advanced form={form} />
        {start.error && Object.keys(toFormErrors(start.error, form.values.kind)).length === 0 && <Alert color="red" role="alert">{start.error.message}</Alert>}
        <Group justify="flex-end"><Button type="submit" loading={start.isPending}>Start agent</Button></Group>
      </Stack>
    </form>
  );
}

function Context({ form }: { form: Form }) {
  const { values } = form;
  const limit = values.kind === "text" ? TEXT_LIMIT : DOCUMENTS_LIMIT;
  const field = useId();
  return (
    <div>
      <Group justify="space-between" align="flex-end" mb={6}>
        {/* A label would rename the button that adds documents. */}
        {values.kind === "text" ? <Input.Label required htmlFor={field}>Context</Input.Label> : <Input.Label required labelElement="div">Context</Input.Label>}
        <SegmentedControl size="xs" aria-label="Kind of context" data={[{ value: "text", label: "Text" }, { value: "documents", label: "Documents" }]} {...form.getInputProps("kind")} />
      </Group>
      {values.kind === "text"
        ? <Textarea id={field} required autosize minRows={8} maxRows={20} placeholder="What the agent should know: notes, a specification, a page of text …" {...form.getInputProps("text")} />
        : <DocumentsInput {...form.getInputProps("documents")} />}
      <Text size="xs" c="dimmed" ta="right" mt={4}>{bytes(contextSize(values))} of {bytes(limit)}</Text>
    </div>
  );
}

function ProfileSelect({ form, usual }: { form: Form; usual: string | undefined }) {
  const profiles = useQuery(profilesQuery).data ?? [];
  return (
    <Select label="Model profile" description="Left empty, the definition's own is used" placeholder={usual ?? "As the definition says"} clearable searchable
      data={profiles.map((one) => ({ value: one.name, label: profileLabel(one) }))} {...form.getInputProps("profile")} />
  );
}

const Advanced = ({ form }: { form: Form }) => (
  <Accordion chevronPosition="left">
    <Accordion.Item value="advanced">
      <Accordion.Control>Advanced</Accordion.Control>
      <Accordion.Panel>
        <TextInput label="Webhook" description="Is sent a signed message when the agent is ready or has failed" placeholder="https://" inputMode="url" {...form.getInputProps("webhook_url")} />
      </Accordion.Panel>
    </Accordion.Item>
  </Accordion>
);

const profileLabel = ({ name, provider, cost_per_1k_usd: cost }: Profile) =>
  [name, provider, cost === null ? null : `$${cost} per 1k tokens`].filter(Boolean).join(" · ");

function useStart(form: Form) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (values: StartValues) => startAgent(toStart(values)),
    onError: (error) => form.setErrors(toFormErrors(error, form.values.kind)),
    onSuccess: ({ agent_id }) => {
      void cache.invalidateQueries({ queryKey: ["agents"] });
      void navigate({ to: "/agents/$agentId", params: { agentId: agent_id } });
    },
  });
}
