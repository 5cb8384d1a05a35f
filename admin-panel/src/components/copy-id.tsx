import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";

import classes from "./copy-id.module.css";
import { Icon } from "./icon";

type CopyProps = { value: string; label: string };

export function Copy({ value, label }: CopyProps) {
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label}`} openDelay={300}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={copied ? "Copied" : `Copy ${label}`} onClick={copy}>
            <Icon name={copied ? "check" : "copy"} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

type CopyIdProps = { id: string; label?: string; short?: boolean };

/** An id in full, or its tail: UUIDv7s of one minute share their beginning. */
export function CopyId({ id, label = "id", short = false }: CopyIdProps) {
  return (
    <span className={classes.root}>
      <span className={classes.id} title={id}>{short && id.length > 12 ? `…${id.slice(-8)}` : id}</span>
      <Copy value={id} label={label} />
    </span>
  );
}
