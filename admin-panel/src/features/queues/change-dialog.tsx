import { Alert, Button, Group, Modal, Stack } from "@mantine/core";

import type { ReactNode } from "react";

type ChangeDialogProps = {
  title: string;
  change: { isPending: boolean; error: Error | null; mutate: (value: undefined) => void };
  submit: string;
  leave?: string;
  dangerous?: boolean;
  disabled?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** A form over the page that changes a queue or a task, and says why when it could not. */
export function ChangeDialog({ title, change, submit, leave = "Close", dangerous = false, disabled = false, onClose, children }: ChangeDialogProps) {
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={(event) => { event.preventDefault(); change.mutate(undefined); }}>
        <Stack gap="md">
          {children}
          {change.error && <Alert color="red" role="alert">{change.error.message}</Alert>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>{leave}</Button>
            <Button type="submit" color={dangerous ? "red.9" : undefined} loading={change.isPending} disabled={disabled}>{submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
