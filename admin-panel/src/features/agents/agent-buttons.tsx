import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { deleteAgent, type AgentDetail } from "./api";

import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";


export function AgentButtons({ agent }: { agent: AgentDetail }) {
  const remove = useDelete(agent.id);
  if (!useMay("operator")) return null;
  return (
    <>
      <Button variant="default" leftSection={<Icon name="retry" />} renderRoot={(props) => (
        <Link to="/agents/new" search={{ project_id: agent.projectId, agent_name: agent.name }} {...props} />
      )}>New version</Button>
      <Confirm title={`Delete ${agent.name}?`} text="Its versions, documents and chunks go with it. Its jobs stay on record." verb="Delete agent" onConfirm={remove.mutate}>
        {(open) => <Button variant="default" leftSection={<Icon name="trash" />} loading={remove.isPending} onClick={open}>Delete</Button>}
      </Confirm>
    </>
  );
}

function useDelete(id: string) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => deleteAgent(id),
    onError: notify.failed,
    onSuccess: async () => {
      await navigate({ to: "/agents" });
      cache.removeQueries({ queryKey: ["agents", "detail", id] });
      void cache.invalidateQueries({ queryKey: ["agents", "list"] });
      notify.done("The agent is deleted.");
    },
  });
}
