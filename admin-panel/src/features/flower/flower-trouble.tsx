import { Button } from "@mantine/core";

import classes from "./flower-page.module.css";

import { Empty } from "@/components/states";
import type { FlowerStatus } from "@/lib/flower";

const TITLES: Record<Exclude<FlowerStatus["state"], "ready">, string> = {
  down: "Flower is not running",
  slow: "Flower does not keep up",
  refused: "Flower refused the panel",
  elsewhere: "Flower is at another address",
  off: "Flower is switched off",
};

type FlowerTroubleProps = { status: FlowerStatus; onRetry: () => void };

/** It is looked at again by itself; the button is for those who cannot wait. */
export const FlowerTrouble = ({ status, onRetry }: FlowerTroubleProps) => (
  <div role="status" className={classes.trouble}>
    <Empty icon="alert" title={status.state === "ready" ? "" : TITLES[status.state]} action={<Button variant="default" size="xs" onClick={onRetry}>Try again</Button>}>
      {status.message} The frame comes back by itself.
    </Empty>
  </div>
);
