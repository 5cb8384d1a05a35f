import { ActionIcon, Menu } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useState } from "react";

import { CANCEL, retryWord } from "./job-actions";
import classes from "./job-table.module.css";
import { useJobActions } from "./use-job-actions";

import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import type { Job } from "@/lib/jobs";


/** A bare button until it is used: a menu and a dialog in each row would be most of what scrolling costs. */
export function JobRowMenu({ job }: { job: Job }) {
  const [used, setUsed] = useState(false);
  const label = `Actions for ${job.task} ${job.id.slice(-8)}`;
  if (used) return <RowMenu job={job} label={label} />;
  return (
    <button type="button" className={classes.more} aria-label={label} aria-haspopup="menu" onClick={() => setUsed(true)}>
      <Icon name="dots" size={18} />
    </button>
  );
}

function RowMenu({ job, label }: { job: Job; label: string }) {
  const { cancel, retry, runNow, mayCancel, mayRetry, mayRunNow } = useJobActions(job);
  const clipboard = useClipboard();
  return (
    <Confirm {...CANCEL} onConfirm={() => cancel.mutate()}>
      {(open) => (
        <Menu defaultOpened position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={label}><Icon name="dots" size={18} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayRetry && <Menu.Item leftSection={<Icon name="retry" />} onClick={() => retry.mutate()}>{retryWord(job)}</Menu.Item>}
            {mayRunNow && <Menu.Item leftSection={<Icon name="send" />} onClick={() => runNow.mutate()}>Run now</Menu.Item>}
            {mayCancel && <Menu.Item leftSection={<Icon name="cancel" />} onClick={open}>Cancel</Menu.Item>}
            <Menu.Item leftSection={<Icon name="copy" />} onClick={() => clipboard.copy(job.id)}>Copy id</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Confirm>
  );
}
