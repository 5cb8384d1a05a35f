import { Button, Group, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { Panel } from "@/components/page";
import { useMay } from "@/lib/session";


/** For who starts jobs: an order may name an address of its own, and its receiver needs a secret as well. */
export function JobSecret({ show }: { show: (projectId: string) => void }) {
  const [projectId, setProjectId] = useState("");
  const ask = (event: FormEvent) => {
    event.preventDefault();
    show(projectId.trim());
  };
  if (!useMay("operator")) return null;
  return (
    <Panel title="Addresses in job orders">
      <Text size="sm" mb="sm">A job that is started with a <code>webhook_url</code> calls it when it ends. Such calls are signed with its project’s secret.</Text>
      <form onSubmit={ask}>
        <Group align="flex-end" gap="xs">
          <TextInput label="Project" placeholder="none" maxLength={200} value={projectId} onChange={(event) => setProjectId(event.currentTarget.value)} />
          <Button type="submit" variant="default">Show secret</Button>
        </Group>
      </form>
    </Panel>
  );
}
