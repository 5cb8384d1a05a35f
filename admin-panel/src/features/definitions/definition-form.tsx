import { Alert, Button, Group, Select, SimpleGrid, Stack, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";

import { definitionRules } from "./definition-rules";

import { profilesQuery, type AgentDefinition } from "@/lib/definitions";
import { fieldErrors } from "@/lib/errors";


type DefinitionFormProps = {
  initial: AgentDefinition;
  isNew?: boolean;
  readOnly?: boolean;
  save: (definition: AgentDefinition) => Promise<unknown>;
  onSaved: (definition: AgentDefinition) => void;
};

export function DefinitionForm({ initial, isNew = false, readOnly = false, save, onSaved }: DefinitionFormProps) {
  const form = useForm({ initialValues: initial, validate: definitionRules });
  const profiles = useQuery(profilesQuery).data ?? [];
  const saving = useMutation({
    mutationFn: save,
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSuccess: (_, saved) => {
      form.resetDirty(saved);
      onSaved(saved);
    },
  });
  const field = <K extends keyof AgentDefinition>(name: K) => ({ ...form.getInputProps(name), readOnly });
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <TextInput label="Name" withAsterisk {...field("name")} readOnly={readOnly || !isNew} variant={isNew ? undefined : "filled"} description={isNew ? "Agents are started by this name" : undefined} />
          <TextInput label="Role" withAsterisk {...field("role")} description={isNew ? "What the agent is, in a few words" : undefined} />
        </SimpleGrid>
        <Textarea label="Goal" withAsterisk autosize minRows={2} {...field("goal")} />
        <Textarea label="Instructions" withAsterisk autosize minRows={4} maxRows={18} {...field("instructions")} />
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Select label="Model profile" withAsterisk searchable data={profiles.map((one) => one.name)} {...field("profile")} />
          <TagsInput label="Tools" placeholder={readOnly ? undefined : "Type and press Enter"} {...field("tools")} />
          <TagsInput label="Requirements" placeholder={readOnly ? undefined : "Type and press Enter"} {...field("requirements")} />
          <TagsInput label="Artifacts" placeholder={readOnly ? undefined : "Type and press Enter"} {...field("artifacts")} />
        </SimpleGrid>
        <Switch label="Its work waits for a person's approval" {...form.getInputProps("requires_approval", { type: "checkbox" })} disabled={readOnly} />
        {saving.error && Object.keys(form.errors).length === 0 && <Alert color="red" role="alert">{saving.error.message}</Alert>}
        {!readOnly && (
          <Group justify="flex-end">
            <Button type="submit" loading={saving.isPending} disabled={!isNew && !form.isDirty()}>{isNew ? "Create definition" : "Save changes"}</Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
