import { Alert, Button, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";

import classes from "./sign-in-page.module.css";

import { BrandMark } from "@/components/brand-mark";
import { meQuery, signIn } from "@/lib/session";


const route = getRouteApi("/sign-in");

export function SignInPage() {
  useDocumentTitle("Sign in · Slipway");
  const enter = useSignIn();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { username: "", password: "" },
    validate: {
      username: (value) => (value.trim() ? null : "Who are you?"),
      password: (value) => (value ? null : "A password is needed"),
    },
  });
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <Stack gap="md">
          <div className={classes.head}>
            <BrandMark size={40} />
            <Title order={1}>Sign in to Slipway</Title>
          </div>
          {enter.error && <Alert color="red" role="alert" classNames={{ message: classes.refusal }}>{enter.error.message}</Alert>}
          <TextInput label="User name" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus key={form.key("username")} {...form.getInputProps("username")} />
          <PasswordInput label="Password" autoComplete="current-password" key={form.key("password")} {...form.getInputProps("password")} />
          <Button type="submit" loading={enter.isPending} fullWidth mt="xs">Sign in</Button>
        </Stack>
      </form>
    </main>
  );
}

function useSignIn() {
  const cache = useQueryClient();
  const router = useRouter();
  const { next } = route.useSearch();
  return useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      await cache.fetchQuery({ ...meQuery, staleTime: 0 });
      router.history.push(next ?? "/");
    },
  });
}
