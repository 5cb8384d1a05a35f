import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import classes from "./nav.module.css";

import type { Scheme } from "@/app/commands/commands";
import { useSignOut } from "@/app/commands/use-sign-out";
import { Icon } from "@/components/icon";
import { meQuery } from "@/lib/session";


export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useQuery(meQuery).data;
  const leave = useSignOut();
  return (
    <Menu position="top-start" width={196}>
      <Menu.Target>
        <UnstyledButton className={classes.footItem}>
          <span className={classes.footText}>{me?.username} <span className={classes.role}>· {me?.role}</span></span>
          <Icon name="chevron" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings/account" leftSection={<Icon name="person" />}>Account</Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <SchemeItems />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onHelp}>Keyboard shortcuts</Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  { value: "light", word: "Light" },
  { value: "dark", word: "Dark" },
  { value: "auto", word: "As the system" },
];

function SchemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as Scheme)}>
      {SCHEMES.map(({ value, word }) => <Menu.RadioItem key={value} value={value}>{word}</Menu.RadioItem>)}
    </Menu.RadioGroup>
  );
}
