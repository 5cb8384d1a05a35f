// Drawn here, on a 20-unit grid: two dozen strokes do not need a library of five thousand.
const PATHS = {
  agents: "M10 3v2M5 8h10v8H5zM8 11.5v1M12 11.5v1M3 11v2M17 11v2",
  alert: "M10 3 2.5 16.5h15zM10 8.5v3.5M10 14.2v.3",
  back: "M12 4.5 6.5 10l5.5 5.5",
  cancel: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM5.2 5.2l9.6 9.6",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  chevron: "M7 8l3 3 3-3",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 6v4l2.5 2",
  close: "M5 5l10 10M15 5 5 15",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  definitions: "M5 3h7l3 3v11H5zM12 3v3h3M7.5 10h5M7.5 13h5",
  dots: "M10 4.6v.3M10 9.9v.3M10 15.2v.3",
  edit: "M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2zM11.5 5.7l2.8 2.8",
  external: "M8 5H4.5v10.5H15V12M11 4.5h4.5V9M15 5l-6 6",
  flower: "M10 7.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8ZM10 7.6V3M10 12.4V17M7.6 10H3M12.4 10H17M8.3 8.3 5 5M11.7 11.7 15 15M11.7 8.3 15 5M8.3 11.7 5 15",
  filter: "M3.5 5.5h13M6 10h8M8.5 14.5h3",
  inbox: "M3.5 11 5.5 4.5h9l2 6.5v4.5h-13zM3.5 11h4l1 2h3l1-2h4",
  jobs: "M4 5.5h12M4 10h12M4 14.5h7",
  key: "M12.5 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM9.6 10.4 4 16M6.5 13.5l2 2",
  keyboard: "M3 5.5h14v9H3zM6 8.5v.1M8.7 8.5v.1M11.3 8.5v.1M14 8.5v.1M6.5 11.7h7",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8Z",
  overview: "M3.5 16.5V11h3v5.5zM8.5 16.5v-12h3v12zM13.5 16.5V8h3v8.5z",
  person: "M10 3.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5",
  plus: "M10 4.5v11M4.5 10h11",
  queues: "M3.5 5h13v3h-13zM3.5 12h13v3h-13zM6 8v4M14 8v4",
  retry: "M15.5 6.5A6.5 6.5 0 1 0 16.5 10M16 3v4h-4",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4ZM12.7 12.7 16.5 16.5",
  send: "M3.5 10 16.5 4l-4 12.5-3-4.5zM9.5 12l3-3.5",
  settings: "M4 6h7M15 6h1M4 14h1M9 14h7M13 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM7 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  signOut: "M8 4H4v12h4M8 10h8.5M13.5 7l3 3-3 3",
  sun: "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM10 2.5v1.3M10 16.2v1.3M2.5 10h1.3M16.2 10h1.3M4.7 4.7l.9.9M14.4 14.4l.9.9M4.7 15.3l.9-.9M14.4 5.6l.9-.9",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6",
  workers: "M4 4.5h12v5H4zM4 11.5h12v5H4zM6.5 7v.1M6.5 14v.1M9 7h4.5M9 14h4.5",
  workflows: "M3.5 8h4v4h-4zM12.5 3.5h4v4h-4zM12.5 12.5h4v4h-4zM7.5 10h2.5M12.5 5.5H10v9h2.5",
  waiting: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z",
  hand: "M7 5.5v9M13 5.5v9",
  running: "M10 3.5a6.5 6.5 0 0 1 6.5 6.5",
  queued: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM10 8.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Z",
} as const;

export type IconName = keyof typeof PATHS;

// The faint part of a shape: a turning arc reads better on the ring it runs along.
const UNDERLAYS: Partial<Record<IconName, string>> = { running: PATHS.waiting };

type IconProps = { name: IconName; size?: number; dashed?: boolean; className?: string };

/** Always decoration: the words beside it, or the button's label, say the same. */
export function Icon({ name, size = 16, dashed = false, className }: IconProps) {
  return (
    <svg className={className} width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.7}
      strokeLinecap="round" strokeLinejoin="round" strokeDasharray={dashed ? "2.2 3" : undefined} aria-hidden="true" focusable="false">
      {UNDERLAYS[name] && <path d={UNDERLAYS[name]} opacity={0.3} />}
      <path d={PATHS[name]} />
    </svg>
  );
}
