import type { IconName } from "@/components/icon";

/** The pages of the menu, in its order and its groups. The palette, the shortcuts and their help sheet list the same. */
export const PAGES = [
  { to: "/", label: "Overview", icon: "overview", keys: "g o", group: null },
  { to: "/jobs", label: "Jobs", icon: "jobs", keys: "g j", group: "Work" },
  { to: "/workflows", label: "Workflows", icon: "workflows", keys: "g k", group: "Work" },
  { to: "/scheduled", label: "Scheduled", icon: "clock", keys: "g l", group: "Work" },
  { to: "/dead-letters", label: "Dead letters", icon: "inbox", keys: "g x", group: "Work" },
  { to: "/agents", label: "Agents", icon: "agents", keys: "g a", group: "Agents" },
  { to: "/definitions", label: "Agent definitions", icon: "definitions", keys: "g d", group: "Agents" },
  { to: "/queues", label: "Queues", icon: "queues", keys: "g q", group: "System" },
  { to: "/workers", label: "Workers", icon: "workers", keys: "g w", group: "System" },
  { to: "/monitor", label: "Flower", icon: "flower", keys: "g f", group: "System" },
  { to: "/settings", label: "Settings", icon: "settings", keys: "g s", group: "System" },
] as const satisfies { to: string; label: string; icon: IconName; keys: string; group: string | null }[];

export type PagePath = (typeof PAGES)[number]["to"];
