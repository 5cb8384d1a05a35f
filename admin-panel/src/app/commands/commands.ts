import { PAGES, type PagePath } from "@/app/pages";
import type { IconName } from "@/components/icon";
import type { Role } from "@/lib/session";

export type Scheme = "light" | "dark" | "auto";

/** What a command may use of the panel around it. */
export type Tools = {
  go: (to: PagePath | "/agents/new") => void;
  setScheme: (scheme: Scheme) => void;
  flipScheme: () => void;
  copyLink: () => void;
  signOut: () => void;
  focusSearch: () => void;
  step: (by: 1 | -1) => void;
  open: (overlay: "palette" | "help") => void;
};

export const GROUPS = ["Go to", "Do", "Lists", "Help"] as const;

export type Command = {
  title: string;
  group: (typeof GROUPS)[number];
  icon: IconName;
  /** Pressed one after the other, or `mod+…` for Ctrl and Cmd. */
  keys?: string;
  needs?: Role;
  /** Words that find it beside its title. */
  also?: string;
  /** Makes sense on the keyboard only. */
  unlisted?: boolean;
  run: (tools: Tools) => void;
};

const pages = PAGES.map(({ to, label, icon, keys }): Command => ({ title: label, group: "Go to", icon, keys, run: ({ go }) => go(to) }));

/** The one list: palette, shortcuts and help sheet are three views of it. */
export const COMMANDS: readonly Command[] = [
  ...pages,
  { title: "Start an agent", group: "Do", icon: "plus", also: "new create run", needs: "operator", run: ({ go }) => go("/agents/new") },
  { title: "Copy the link of this page", group: "Do", icon: "copy", also: "url address share", run: ({ copyLink }) => copyLink() },
  { title: "Switch between light and dark", group: "Do", icon: "moon", keys: "t", also: "theme mode", run: ({ flipScheme }) => flipScheme() },
  { title: "Theme as the system has it", group: "Do", icon: "sun", also: "auto light dark mode", run: ({ setScheme }) => setScheme("auto") },
  { title: "Sign out", group: "Do", icon: "signOut", also: "log out leave", run: ({ signOut }) => signOut() },
  { title: "Search in this list", group: "Lists", icon: "search", keys: "/", unlisted: true, run: ({ focusSearch }) => focusSearch() },
  { title: "Next row (Enter opens it)", group: "Lists", icon: "jobs", keys: "j", unlisted: true, run: ({ step }) => step(1) },
  { title: "Row before", group: "Lists", icon: "jobs", keys: "k", unlisted: true, run: ({ step }) => step(-1) },
  { title: "Search everything", group: "Help", icon: "search", keys: "mod+k", unlisted: true, run: ({ open }) => open("palette") },
  { title: "Keyboard shortcuts", group: "Help", icon: "keyboard", keys: "?", also: "help keys", run: ({ open }) => open("help") },
];

const plain = (text: string) => text.toLowerCase();

/** Every word of the query must be found somewhere; an empty one finds all. */
export function matches(query: string, ...texts: (string | undefined)[]): boolean {
  const text = plain(texts.filter(Boolean).join(" "));
  return plain(query).split(/\s+/).every((word) => text.includes(word));
}
