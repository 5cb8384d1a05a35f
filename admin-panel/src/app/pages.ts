import type { IconName } from "@/components/icon";

/** The pages of the menu, in its order. The palette, the shortcuts and their help sheet list the same. */
export const PAGES = [
  { to: "/", label: "Overview", icon: "overview", keys: "g o" },
  { to: "/jobs", label: "Jobs", icon: "jobs", keys: "g j" },
  { to: "/scheduled", label: "Scheduled", icon: "clock", keys: "g l" },
  { to: "/workflows", label: "Workflows", icon: "workflows", keys: "g k" },
  { to: "/dead-letters", label: "Dead letters", icon: "inbox", keys: "g x" },
  { to: "/agents", label: "Agents", icon: "agents", keys: "g a" },
  { to: "/definitions", label: "Agent definitions", icon: "definitions", keys: "g d" },
  { to: "/workers", label: "Workers", icon: "workers", keys: "g w" },
  { to: "/queues", label: "Queues", icon: "queues", keys: "g q" },
  { to: "/monitor", label: "Flower", icon: "flower", keys: "g f" },
  { to: "/settings", label: "Settings", icon: "settings", keys: "g s" },
] as const satisfies { to: string; label: string; icon: IconName; keys: string }[];

export type PagePath = (typeof PAGES)[number]["to"];
