import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { createToken, tokensKey } from "./api";

import { CodeBlock } from "@/components/code-block";
import { fieldErrors } from "@/lib/errors";
import { meQuery, roleReaches, type Role } from "@/lib/session";


type CreateTokenProps = { opened: boolean; onClose: () => void };

const ROLE_CHOICES: { value: Role; label: string }[] = [
  { value: "viewer", label: "viewer · reads" },
  { value: "operator", label: "operator · starts, cancels, retries" },
  { value: "admin", label: "admin · everything" },
];

export function CreateToken({ opened, onClose }: CreateTokenProps) {
  const cache = useQueryClient();
  const me = useQuery(meQuery).data;
  // Nobody hands out more than they hold.
  const choices = ROLE_CHOICES.filter(({ value }) => me && roleReaches(me.role, value));
  const form = useForm({
    initialValues: { name: "", role: "viewer" as Role },
    validate: { name: (value) => (value.trim() ? null : "Name it after the program that will use it") },
  });
  const create = useMutation({
    mutationFn: createToken,
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSuccess: () => cache.invalidateQueries({ queryKey: tokensKey }),
  });
  const leave = () => {
    onClose();
    create.reset(); // The token leaves memory with the dialog.
    form.reset();
  };
  return (
    <Modal opened={opened} onClose={leave} title={create.data ? "Your new token" : "New API token"} closeOnClickOutside={!create.data} closeButtonProps={{ "aria-label": "Close" }}>
      {create.data ? <Created token={create.data.token} onDone={leave} /> : (
        <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
          <Stack gap="md">
            <TextInput label="Name" withAsterisk data-autofocus placeholder="deploy script" {...form.getInputProps("name")} />
            <Select label="Role" data={choices} allowDeselect={false} {...form.getInputProps("role")} />
            {create.error && Object.keys(form.errors).length === 0 && <Alert color="red" role="alert">{create.error.message}</Alert>}
            <Group justify="flex-end"><Button type="submit" loading={create.isPending}>Create token</Button></Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

const Created = ({ token, onDone }: { token: string; onDone: () => void }) => (
  <Stack gap="md">
    <Text size="sm">Copy it now: it is stored as a hash only and is never shown again.</Text>
    <CodeBlock text={token} label="token" />
    <Group justify="flex-end"><Button onClick={onDone}>I have copied it</Button></Group>
  </Stack>
);
