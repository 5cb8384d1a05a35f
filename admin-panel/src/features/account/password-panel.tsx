import { Alert, Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import classes from "./account-page.module.css";
import { changePassword, sessionsQuery } from "./api";

import { Panel } from "@/components/page";
import { fieldErrors } from "@/lib/errors";
import { notify } from "@/lib/notify";

const SHORTEST = 10; // characters, as the API has it

export function PasswordPanel({ username }: { username: string }) {
  const cache = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { old: "", new: "" },
    validate: {
      old: (value) => (value ? null : "Your current password is needed"),
      new: (value) => (value.length >= SHORTEST ? null : `At least ${SHORTEST} characters`),
    },
  });
  const change = useMutation({
    mutationFn: changePassword,
    onError: (error) => form.setErrors(passwordErrors(error)),
    onSuccess: async () => {
      form.reset();
      notify.done("Your password is changed. Your other sessions have ended.");
      await cache.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  return (
    <Panel title="Password">
      <form className={classes.form} onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <Stack gap="md">
          {/* Password managers want to know whose password it is. */}
          <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
          {change.error && Object.keys(form.errors).length === 0 && <Alert color="red" role="alert">{change.error.message}</Alert>}
          <PasswordInput label="Current password" autoComplete="current-password" key={form.key("old")} {...form.getInputProps("old")} />
          <PasswordInput label="New password" description={`${SHORTEST} characters or more. It ends your other sessions.`} autoComplete="new-password" key={form.key("new")} {...form.getInputProps("new")} />
          <Group><Button type="submit" loading={change.isPending}>Change password</Button></Group>
        </Stack>
      </form>
    </Panel>
  );
}

/** The API calls a new password that is unfit `password`. */
function passwordErrors(error: Error): Record<string, string> {
  const { password, ...rest } = fieldErrors(error);
  return password ? { ...rest, new: password } : rest;
}
