import { ActionIcon, AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";


import { Banners } from "./banners";
import { Brand } from "./brand";
import { LiveNote } from "./live-note";
import { Nav } from "./nav";
import classes from "./shell.module.css";

import { Overlays } from "@/app/commands/overlays";
import { useCommands, type Overlay } from "@/app/commands/use-commands";
import { Icon } from "@/components/icon";
import { useLive } from "@/lib/live";
import { focusPage } from "@/lib/places";

export function Shell() {
  const live = useLive();
  const [opened, { toggle, close }] = useDisclosure();
  const { overlay, show, commands, tools } = useCommands();
  useFocusOnNewPage(overlay === null);
  const open = (wanted: Overlay) => () => {
    close();
    show(wanted);
  };
  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !opened } }}
    >
      <a href="#content" className={classes.skip}>Skip to content</a>
      <AppShell.Header hiddenFrom="sm" className={classes.bar}>
        <Group h="100%" px="sm" gap="sm">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Menu" />
          <Brand />
          <ActionIcon variant="subtle" color="gray" size="lg" ml="auto" aria-label="Search" onClick={open("palette")}><Icon name="search" size={20} /></ActionIcon>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.nav}>
        <Nav onLeave={close} onSearch={open("palette")} onHelp={open("help")} opened={opened} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Banners />
        <Outlet />
      </AppShell.Main>
      <LiveNote status={live} />
      <Overlays overlay={overlay} onClose={() => show(null)} commands={commands} tools={tools} />
    </AppShell>
  );
}

/** As a browser does for pages of its own: the focus does not stay on a link of the page before. */
function useFocusOnNewPage(free: boolean): void {
  const router = useRouter();
  useEffect(
    () => router.subscribe("onRendered", ({ fromLocation, pathChanged }) => free && fromLocation && pathChanged && focusPage()),
    [router, free],
  );
}
