import { Burger, Group, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";


import { Brand } from "./brand";
import classes from "./nav.module.css";
import { UserMenu } from "./user-menu";

import { Keys } from "@/app/commands/keys";
import { PAGES } from "@/app/pages";
import { Icon } from "@/components/icon";

type NavProps = { onLeave: () => void; onSearch: () => void; onHelp: () => void; opened: boolean };

export function Nav({ onLeave, onSearch, onHelp, opened }: NavProps) {
  return (
    <>
      <Group className={classes.head} justify="space-between">
        <Brand />
        <Burger opened={opened} onClick={onLeave} size="sm" hiddenFrom="sm" aria-label="Close menu" />
      </Group>
      <UnstyledButton className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" />
        <span className={classes.footText}>Search…</span>
        <Keys keys="mod+k" />
      </UnstyledButton>
      <nav aria-label="Pages" className={classes.pages}>
        {PAGES.map(({ to, label, icon }) => (
          <Link key={to} to={to} className={classes.page} onClick={onLeave} activeOptions={{ includeSearch: false, exact: to === "/" }}>
            <Icon name={icon} size={18} />
            {label}
          </Link>
        ))}
      </nav>
      <div className={classes.foot}>
        <UserMenu onHelp={onHelp} />
      </div>
    </>
  );
}
