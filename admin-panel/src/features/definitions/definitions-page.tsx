import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import classes from "./definitions-page.module.css";

import { Icon } from "@/components/icon";
import { Page } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { definitionsQuery, type AgentDefinition } from "@/lib/definitions";
import { useMay } from "@/lib/session";


export function DefinitionsPage() {
  const query = useQuery(definitionsQuery);
  return (
    <Page title="Agent definitions" note="What an agent is, what it is for, and which model it thinks with." actions={<NewButton />}>
      <Loaded query={query} lines={8}>
        {(definitions) => definitions.length > 0
          ? <ul className={classes.cards}>{definitions.map((one) => <DefinitionCard key={one.name} definition={one} />)}</ul>
          : <Empty title="No definitions yet" icon="definitions" action={<NewButton />}>An agent is started from one.</Empty>}
      </Loaded>
    </Page>
  );
}

function NewButton() {
  if (!useMay("operator")) return null;
  return <Button leftSection={<Icon name="plus" />} renderRoot={(props) => <Link to="/definitions/new" {...props} />}>New definition</Button>;
}

const DefinitionCard = ({ definition: { name, role, goal, profile, requires_approval } }: { definition: AgentDefinition }) => (
  <li className={classes.card}>
    <Link to="/definitions/$name" params={{ name }} className={classes.name} data-row>{name}</Link>
    <div className={classes.role}>{role}</div>
    <p className={classes.goal}>{goal}</p>
    <div className={classes.foot}>
      <span>{profile}</span>
      {requires_approval && <span className={classes.approval}><Icon name="hand" size={14} />needs approval</span>}
    </div>
  </li>
);
