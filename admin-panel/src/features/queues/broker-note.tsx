import classes from "./broker-note.module.css";

import { Icon } from "@/components/icon";
import type { Broker } from "@/lib/operations";

/** Whether the broker's own numbers can be had. */
export const BrokerNote = ({ broker }: { broker: Broker }) => (
  <span className={classes.note} data-state={broker.state}>
    <Icon name={broker.state === "up" ? "check" : "alert"} size={14} />
    {broker.reason ?? "The broker answers"}
  </span>
);
