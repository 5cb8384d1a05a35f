import { Burger, Group, ScrollArea } from "@mantine/core";
import { Link } from "@tanstack/react-router";


import { Brand } from "./brand";
import classes from "./nav.module.css";
import { SystemStatus } from "./system-status";
import { UserMenu } from "./user-menu";

import { Icon, type IconName } from "@/components/icon";

const PAGES = [
  { to: "/jobs", label: "Jobs", icon: "jobs" },
  { to: "/agents", label: "Agents", icon: "agents" },
  { to: "/definitions", label: "Agent definitions", icon: "definitions" },
  { to: "/settings", label: "Settings", icon: "settings" },
] as const satisfies { to: string; label: string; icon: IconName }[];

type NavProps = { onLeave: () => void; opened: boolean };

export function Nav({ onLeave, opened }: NavProps) {
  return (
    <>
      <Group className={classes.head} justify="space-between">
        <Brand />
        <Burger opened={opened} onClick={onLeave} size="sm" hiddenFrom="sm" aria-label="Close menu" />
      </Group>
      <ScrollArea flex={1}>
        <nav aria-label="Pages" className={classes.pages}>
          {PAGES.map(({ to, label, icon }) => (
            <Link key={to} to={to} className={classes.page} onClick={onLeave} activeOptions={{ includeSearch: false }}>
              <Icon name={icon} size={18} />
              {label}
            </Link>
          ))}
        </nav>
      </ScrollArea>
      <div className={classes.foot}>
        <SystemStatus />
        <UserMenu />
      </div>
    </>
  );
}
