import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import classes from "./nav.module.css";

import { Icon } from "@/components/icon";
import { notify } from "@/lib/notify";
import { meQuery, signOut } from "@/lib/session";


export function UserMenu() {
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
        <SchemeItem />
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeItem() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <Menu.Item leftSection={<Icon name={dark ? "sun" : "moon"} />} onClick={() => setColorScheme(dark ? "light" : "dark")}>
      {dark ? "Light theme" : "Dark theme"}
    </Menu.Item>
  );
}

function useSignOut(): () => void {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { mutate } = useMutation({
    mutationFn: signOut,
    onError: notify.failed,
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      cache.clear(); // Nothing of this person's stays for the next one.
    },
  });
  return () => mutate();
}
