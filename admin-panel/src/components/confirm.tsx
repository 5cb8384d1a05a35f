import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

type ConfirmProps = {
  title: string;
  text: string;
  verb: string;
  onConfirm: () => void;
  children: (open: () => void) => ReactNode;
};

/** Asks before something that cannot be taken back. */
export function Confirm({ title, text, verb, onConfirm, children }: ConfirmProps) {
  const [opened, { open, close }] = useDisclosure();
  const confirm = () => {
    close();
    onConfirm();
  };
  return (
    <>
      {children(open)}
      <Modal opened={opened} onClose={close} title={title} size="sm" closeButtonProps={{ "aria-label": "Close" }}>
        <Text size="sm">{text}</Text>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>Keep it</Button>
          <Button color="red.9" onClick={confirm}>{verb}</Button>
        </Group>
      </Modal>
    </>
  );
}
