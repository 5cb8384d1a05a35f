import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { panel } from "./root";

import { SettingsFrame } from "@/app/layout/settings-frame";
import { auditSearch } from "@/features/audit/search";
import { modeQuery } from "@/lib/session";

const settings = createRoute({
  getParentRoute: () => panel,
  path: "/settings",
  component: function Settings(): ReactNode {
    return <SettingsFrame pages={pages} />;
  },
});

const first = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: pages[0].to, replace: true });
  },
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: "/tokens",
  staticData: { tab: "API tokens" },
  component: lazyRouteComponent(() => import("@/features/tokens/tokens-page"), "TokensPage"),
});

const webhooks = createRoute({
  getParentRoute: () => settings,
  path: "/webhooks",
  staticData: { tab: "Webhooks" },
  component: lazyRouteComponent(() => import("@/features/webhooks/webhooks-page"), "WebhooksPage"),
});

const account = createRoute({
  getParentRoute: () => settings,
  path: "/account",
  staticData: { tab: "Account" },
  loader: ({ context }) => void context.cache.prefetchQuery(modeQuery),
  component: lazyRouteComponent(() => import("@/features/account/account-page"), "AccountPage"),
});

const users = createRoute({
  getParentRoute: () => settings,
  path: "/users",
  staticData: { tab: "Users", admins: true },
  component: lazyRouteComponent(() => import("@/features/users/users-page"), "UsersPage"),
});

const audit = createRoute({
  getParentRoute: () => settings,
  path: "/audit",
  validateSearch: auditSearch,
  staticData: { tab: "Audit log", admins: true },
  component: lazyRouteComponent(() => import("@/features/audit/audit-page"), "AuditPage"),
});

const doctor = createRoute({
  getParentRoute: () => settings,
  path: "/doctor",
  staticData: { tab: "Doctor", admins: true },
  component: lazyRouteComponent(() => import("@/features/doctor/doctor-page"), "DoctorPage"),
});

const about = createRoute({
  getParentRoute: () => settings,
  path: "/about",
  staticData: { tab: "About" },
  component: lazyRouteComponent(() => import("@/features/about/about-page"), "AboutPage"),
});

/** Every page of the settings, in the order of their tabs. The first is one that everybody may see. */
const pages = [account, tokens, webhooks, users, audit, doctor, about] as const;

/** Where the tokens were before there were settings. */
const formerTokens = createRoute({
  getParentRoute: () => panel,
  path: "/tokens",
  beforeLoad: () => {
    throw redirect({ to: "/settings/tokens", replace: true });
  },
});

export const settingsRoutes = [settings.addChildren([first, ...pages]), formerTokens] as const;
