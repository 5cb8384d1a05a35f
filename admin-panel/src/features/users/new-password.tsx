import { Button, Group, Modal, Stack, Text } from "@mantine/core";

import { CodeBlock } from "@/components/code-block";

export type Shown = { name: string; password: string };

/** The password is in the page's memory only while this is open. */
export const NewPassword = ({ shown, onClose }: { shown: Shown | undefined; onClose: () => void }) => (
  <Modal opened={shown !== undefined} onClose={onClose} title={`Password of ${shown?.name ?? ""}`} closeOnClickOutside={false} closeButtonProps={{ "aria-label": "Close" }}>
    <Stack gap="md">
      <Text size="sm">Copy it now and hand it over: it is stored as a hash only and is never shown again.</Text>
      <CodeBlock text={shown?.password ?? ""} label="password" />
      <Group justify="flex-end"><Button onClick={onClose}>I have copied it</Button></Group>
    </Stack>
  </Modal>
);
