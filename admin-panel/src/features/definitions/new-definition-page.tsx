import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { createDefinition } from "./api";
import { DefinitionForm } from "./definition-form";
import { BLANK } from "./definition-rules";

import { BackLink } from "@/components/back-link";
import { Page, Panel } from "@/components/page";
import { definitionsQuery, type AgentDefinition } from "@/lib/definitions";
import { notify } from "@/lib/notify";


export function NewDefinitionPage() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const onSaved = async ({ name }: AgentDefinition) => {
    await cache.invalidateQueries({ queryKey: definitionsQuery.queryKey });
    notify.done(`${name} is ready to be started.`);
    await navigate({ to: "/definitions/$name", params: { name } });
  };
  return (
    <Page title="New agent definition" back={<BackLink to="/definitions">Agent definitions</BackLink>}>
      <Panel><DefinitionForm isNew initial={BLANK} save={createDefinition} onSaved={(saved) => void onSaved(saved)} /></Panel>
    </Page>
  );
}
