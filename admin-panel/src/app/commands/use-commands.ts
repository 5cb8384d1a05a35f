import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useMemo, useState } from "react";

import { COMMANDS, type Command, type Tools } from "./commands";
import { Shortcuts } from "./shortcuts";
import { useSignOut } from "./use-sign-out";

import { notify } from "@/lib/notify";
import { focusSearch, stepThroughRows } from "@/lib/places";
import { meQuery, roleReaches } from "@/lib/session";

export type Overlay = "palette" | "help" | null;

type Commands = { overlay: Overlay; show: (overlay: Overlay) => void; commands: readonly Command[]; tools: Tools };

/** The commands that this person may use, and the shortcuts that stand for them. Mounted once, by the layout. */
export function useCommands(): Commands {
  const [overlay, show] = useState<Overlay>(null);
  const role = useQuery(meQuery).data?.role;
  const tools = useTools(show);
  const commands = useMemo(() => COMMANDS.filter(({ needs }) => !needs || (role && roleReaches(role, needs))), [role]);
  useShortcuts(commands, tools);
  return { overlay, show, commands, tools };
}

function useTools(show: (overlay: Overlay) => void): Tools {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return useMemo(
    () => ({
      go: (to) => void navigate({ to }),
      setScheme: setColorScheme,
      flipScheme: () => setColorScheme(dark ? "light" : "dark"),
      copyLink: () => void copyLink(),
      signOut,
      focusSearch,
      step: stepThroughRows,
      open: show,
    }),
    [navigate, setColorScheme, dark, signOut, show],
  );
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    notify.done("The link is copied");
  } catch {
    notify.failed(new Error("This browser lets pages copy over https only: copy the address from its bar."));
  }
}

function useShortcuts(commands: readonly Command[], tools: Tools): void {
  const [shortcuts] = useState(() => new Shortcuts());
  // Before anything is seen: who types at once is heard.
  useLayoutEffect(() => void shortcuts.offer(commands), [shortcuts, commands]);
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const command = shortcuts.take(event);
      if (!command) return;
      event.preventDefault(); // `/` must not be typed into the field that it leads to.
      command.run(tools);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [shortcuts, tools]);
}
