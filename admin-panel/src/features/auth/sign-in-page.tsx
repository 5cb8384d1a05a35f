import { Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { ContinueWithProvider } from "./continue-with-provider";
import { PasswordForm } from "./password-form";
import { ProxyNote } from "./proxy-note";
import { Refusal } from "./refusal";
import { refusalFor } from "./refusals";
import classes from "./sign-in-page.module.css";

import { BrandMark } from "@/components/brand-mark";
import { Loaded } from "@/components/states";
import { modeQuery } from "@/lib/session";


const route = getRouteApi("/sign-in");

export function SignInPage() {
  useDocumentTitle("Sign in · Slipway");
  const query = useQuery(modeQuery);
  const { next, refused } = route.useSearch();
  const refusal = refusalFor(refused, query.data?.provider);
  return (
    <main className={classes.page}>
      <Stack gap="md" className={classes.card}>
        <div className={classes.head}>
          <BrandMark size={40} />
          <Title order={1}>Sign in to Slipway</Title>
        </div>
        {refusal && <Refusal>{refusal}</Refusal>}
        <Loaded query={query} lines={3}>{(mode) => {
          if (mode.mode === "oauth") return <ContinueWithProvider name={mode.provider ?? "your provider"} next={next} />;
          return mode.mode === "proxy" ? <ProxyNote next={next} /> : <PasswordForm next={next} />;
        }}</Loaded>
      </Stack>
    </main>
  );
}
