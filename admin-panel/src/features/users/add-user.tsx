import { Alert, Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { addUser, usersQuery } from "./api";
import type { Shown } from "./new-password";

import { fieldErrors } from "@/lib/errors";
import { ROLES, type Role } from "@/lib/session";

type AddUserProps = { opened: boolean; onClose: () => void; onPassword: (shown: Shown) => void };

export function AddUser({ opened, onClose, onPassword }: AddUserProps) {
  const cache = useQueryClient();
  const form = useForm({
    initialValues: { name: "", role: "viewer" as Role },
    validate: { name: (value) => (value.trim() ? null : "What they sign in with") },
  });
  const add = useMutation({
    mutationFn: addUser,
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSuccess: async ({ name, password }) => {
      leave();
      if (password) onPassword({ name, password });
      await cache.invalidateQueries({ queryKey: usersQuery.queryKey });
    },
  });
  const leave = () => {
    onClose();
    add.reset();
    form.reset();
  };
  return (
    <Modal opened={opened} onClose={leave} title="New user" closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
        <Stack gap="md">
          <TextInput label="Name" withAsterisk data-autofocus autoComplete="off" description="Letters, digits and . _ @ + -" {...form.getInputProps("name")} />
          <Select label="Role" data={[...ROLES]} allowDeselect={false} {...form.getInputProps("role")} />
          {add.error && <Alert color="red" role="alert">{add.error.message}</Alert>}
          <Group justify="flex-end"><Button type="submit" loading={add.isPending}>Add user</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
