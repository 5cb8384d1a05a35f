import { Link, Outlet, useMatches } from "@tanstack/react-router";

import classes from "./settings-frame.module.css";

import { Empty } from "@/components/states";
import { useMay } from "@/lib/session";

declare module "@tanstack/react-router" {
  // The library asks for this interface by name.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface StaticDataRouteOption {
    /** A page of the settings: the name on its tab. */
    tab?: string;
    /** A page for admins only. Without it the page is for everybody. */
    admins?: boolean;
  }
}

type SettingsPage = { to: string; options: { staticData?: { tab?: string; admins?: boolean } } };

export function SettingsFrame({ pages }: { pages: readonly SettingsPage[] }) {
  const admin = useMay("admin");
  const shut = useMatches().some((match) => match.staticData.admins) && !admin;
  const seen = pages.filter(({ options }) => admin || !options.staticData?.admins);
  return (
    <>
      <nav aria-label="Settings" className={classes.tabs}>
        {seen.map(({ to, options }) => (
          <Link key={to} to={to} className={classes.tab} activeOptions={{ includeSearch: false }}>{options.staticData?.tab}</Link>
        ))}
      </nav>
      {shut ? <ForAdmins /> : <Outlet />}
    </>
  );
}

const ForAdmins = () => (
  <Empty whole title="This page is for admins" icon="key">
    Ask one of them for what you need from it, or for the role.
  </Empty>
);
