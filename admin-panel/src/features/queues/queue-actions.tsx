import { ActionIcon, Button, Group, Menu } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { resumeQueue } from "./api";
import { useChange } from "./use-change";

import { Icon, type IconName } from "@/components/icon";
import type { Queue } from "@/lib/operations";
import { useMay } from "@/lib/session";

const HoldDialog = lazy(() => import("./hold-dialog"));
const LimitsDialog = lazy(() => import("./limits-dialog"));
const PurgeDialog = lazy(() => import("./purge-dialog"));

type Asking = "pause" | "drain" | "limits" | "purge";
type Action = { label: string; icon: IconName; run: () => void };

function useActions(queue: Queue) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const resume = useChange(() => resumeQueue(queue.name), () => `${queue.name} is open again.`);
  const close = () => setAsking(null);
  const held = queue.state !== "open";
  const actions: (Action | false)[] = [
    held && { label: "Resume", icon: "send", run: () => resume.mutate(undefined) },
    queue.state !== "paused" && { label: "Pause…", icon: "hand", run: () => setAsking("pause") },
    !held && { label: "Drain…", icon: "filter", run: () => setAsking("drain") },
    { label: "Limits…", icon: "settings", run: () => setAsking("limits") },
    { label: "Purge…", icon: "trash", run: () => setAsking("purge") },
  ];
  const dialog = (
    <Suspense>
      {(asking === "pause" || asking === "drain") && <HoldDialog queue={queue} how={asking} onClose={close} />}
      {asking === "limits" && <LimitsDialog queue={queue} onClose={close} />}
      {asking === "purge" && <PurgeDialog queue={queue} onClose={close} />}
    </Suspense>
  );
  return { actions: actions.filter((one) => one !== false), dialog, busy: resume.isPending };
}

/** The first action as a button, since it is the likely one; the rest in a menu. */
export function QueueButtons({ queue }: { queue: Queue }) {
  const { actions: [first, ...rest], dialog, busy } = useActions(queue);
  const may = useMay("operator");
  if (!may || !first) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <Button variant="default" loading={busy} leftSection={<Icon name={first.icon} />} onClick={first.run}>{first.label}</Button>
      <Actions label={`More for ${queue.name}`} actions={rest} />
      {dialog}
    </Group>
  );
}

export function QueueMenu({ queue }: { queue: Queue }) {
  const { actions, dialog } = useActions(queue);
  if (queue.deadLetters) return null;
  return (
    <>
      <Actions label={`Actions for ${queue.name}`} actions={actions} />
      {dialog}
    </>
  );
}

const Actions = ({ label, actions }: { label: string; actions: Action[] }) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label}><Icon name="dots" size={18} /></ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      {actions.map(({ label: word, icon, run }) => <Menu.Item key={word} leftSection={<Icon name={icon} />} onClick={run}>{word}</Menu.Item>)}
    </Menu.Dropdown>
  </Menu>
);
