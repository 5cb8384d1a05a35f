import { Button, Group } from "@mantine/core";

import { useOrder } from "./orders";

import { Confirm } from "@/components/confirm";
import type { Worker, WorkerOrder } from "@/lib/operations";
import { useMay } from "@/lib/session";

/** Pools of one size for life. */
const FIXED = ["solo", "threads"];

type WorkerActionsProps = { worker: Worker; orders: WorkerOrder[] };

export function WorkerActions({ worker, orders }: WorkerActionsProps) {
  const order = useOrder(worker.id);
  const stops = orders.some(({ kind, outcome }) => kind === "shutdown" && outcome !== "refused");
  if (!useMay("operator") || worker.state !== "alive" || stops) return null;
  const ask = (kind: WorkerOrder["kind"]) => () => order.mutate({ kind });
  const button = { variant: "default", disabled: order.isPending } as const;
  return (
    <Group gap="xs">
      {!FIXED.includes(worker.pool ?? "") && (
        <>
          <Button {...button} onClick={ask("grow")}>Grow</Button>
          <Button {...button} onClick={ask("shrink")} disabled={order.isPending || (worker.concurrency ?? 2) < 2}>Shrink</Button>
        </>
      )}
      {worker.quietSince ? <Button {...button} onClick={ask("listen")}>Listen</Button> : <Button {...button} onClick={ask("quiet")}>Quiet</Button>}
      <Confirm title={`Shut ${worker.name} down?`} text="What runs gets 25 seconds, then goes back to its queue. Whatever supervises it may start it again." verb="Shut down" onConfirm={ask("shutdown")}>
        {(open) => <Button {...button} onClick={open}>Shut down</Button>}
      </Confirm>
    </Group>
  );
}
