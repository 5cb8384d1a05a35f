import { Burger, Group, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";

import { Brand } from "./brand";
import classes from "./nav.module.css";
import { UserMenu } from "./user-menu";

import { Keys } from "@/app/commands/keys";
import { PAGES } from "@/app/pages";
import { Icon } from "@/components/icon";
import { alertsQuery } from "@/lib/alerts";
import { count } from "@/lib/format";

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
        {PAGES.map(({ to, label, icon, group }, place) => (
          <Fragment key={to}>
            {group && group !== PAGES[place - 1]?.group && <p className={classes.group}>{group}</p>}
            <Link to={to} className={classes.page} onClick={onLeave} activeOptions={{ includeSearch: false, exact: to === "/" }}>
              <Icon name={icon} size={18} />
              {label}
              {to === "/dead-letters" && <DeadLetterCount />}
            </Link>
          </Fragment>
        ))}
      </nav>
      <div className={classes.foot}>
        <UserMenu onHelp={onHelp} />
      </div>
    </>
  );
}

const MOST = 1000;

/** How many wait for a decision; nothing while none does. */
function DeadLetterCount() {
  const waiting = useQuery(alertsQuery).data?.dead_letters ?? 0;
  if (waiting === 0) return null;
  return <span className={classes.count} title="They wait for a decision">{waiting < MOST ? count(waiting) : `${MOST - 1}+`}</span>;
}
