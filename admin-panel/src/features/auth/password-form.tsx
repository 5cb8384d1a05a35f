import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";

import { Refusal } from "./refusal";
import { useEnter } from "./use-enter";

import { signIn } from "@/lib/session";

export function PasswordForm({ next }: { next: string | undefined }) {
  const enter = useMutation({ mutationFn: signIn, onSuccess: useEnter(next) });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { username: "", password: "" },
    validate: {
      username: (value) => (value.trim() ? null : "Who are you?"),
      password: (value) => (value ? null : "A password is needed"),
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => enter.mutate(values))}>
      <Stack gap="md">
        {enter.error && <Refusal>{enter.error.message}</Refusal>}
        <TextInput label="User name" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus key={form.key("username")} {...form.getInputProps("username")} />
        <PasswordInput label="Password" autoComplete="current-password" key={form.key("password")} {...form.getInputProps("password")} />
        <Button type="submit" loading={enter.isPending} fullWidth mt="xs">Sign in</Button>
      </Stack>
    </form>
  );
}
