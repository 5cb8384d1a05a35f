import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { deleteDefinition, saveDefinition } from "./api";
import { DefinitionForm } from "./definition-form";

import { BackLink } from "@/components/back-link";
import { Confirm } from "@/components/confirm";
import { Icon } from "@/components/icon";
import { Page, Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { definitionsQuery } from "@/lib/definitions";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";


const route = getRouteApi("/panel/definitions/$name");

export function DefinitionPage() {
  const { name } = route.useParams();
  const cache = useQueryClient();
  const mayEdit = useMay("operator");
  const query = useQuery(definitionsQuery);
  const onSaved = () => {
    notify.done("Saved. Agents started from now on use it.");
    void cache.invalidateQueries({ queryKey: definitionsQuery.queryKey });
  };
  return (
    <Page title={name} back={<BackLink to="/definitions">Agent definitions</BackLink>} actions={<Actions name={name} />}>
      <Panel>
        <Loaded query={query} lines={10}>
          {(definitions) => {
            const definition = definitions.find((one) => one.name === name);
            if (!definition) return <Empty title={`There is no definition named ${name}`} icon="search" />;
            return <DefinitionForm key={name} initial={definition} readOnly={!mayEdit} save={(body) => saveDefinition(name, body)} onSaved={onSaved} />;
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}

function Actions({ name }: { name: string }) {
  const may = useMay("operator");
  const remove = useDelete(name);
  return (
    <>
      {may && <Button variant="default" leftSection={<Icon name="agents" />} renderRoot={(props) => <Link to="/agents/new" search={{ agent_name: name }} {...props} />}>Start an agent</Button>}
      {may && (
        <Confirm title={`Delete ${name}?`} text="Agents that were made from it stay; new ones can no longer be started." verb="Delete definition" onConfirm={remove.mutate}>
          {(open) => <Button variant="default" leftSection={<Icon name="trash" />} loading={remove.isPending} onClick={open}>Delete</Button>}
        </Confirm>
      )}
    </>
  );
}

function useDelete(name: string) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => deleteDefinition(name),
    onError: notify.failed,
    onSuccess: async () => {
      await navigate({ to: "/definitions" });
      void cache.invalidateQueries({ queryKey: definitionsQuery.queryKey });
      notify.done(`${name} is deleted.`);
    },
  });
}
