import { useQuery } from "@tanstack/react-query";

import { PasswordPanel } from "./password-panel";
import { SessionsPanel } from "./sessions-panel";

import { Facts } from "@/components/facts";
import { Page, Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { meQuery, modeQuery } from "@/lib/session";

type Mode = NonNullable<ReturnType<typeof useMode>["data"]>;

const useMode = () => useQuery(modeQuery);

export function AccountPage() {
  const me = useQuery(meQuery);
  const mode = useMode();
  return (
    <Page title="Account" note="Who you are here, and where you are signed in.">
      <Panel title="You">
        <Loaded query={me}>{({ username, role }) => (
          <Facts facts={[["Name", username], ["Role", role], ["Signed in by", mode.data && signedInBy(mode.data)]]} />
        )}</Loaded>
      </Panel>
      {mode.data?.mode === "basic" && <PasswordPanel username={me.data?.username ?? ""} />}
      {me.data?.via === "session" && <SessionsPanel />}
    </Page>
  );
}

const signedInBy = ({ mode, provider }: Mode): string => {
  if (mode === "oauth") return `${provider ?? "a provider"}; your role is found anew at each sign-in`;
  return mode === "proxy" ? "the proxy in front of Slipway" : "user name and password";
};
