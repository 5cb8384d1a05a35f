import { Link } from "@tanstack/react-router";

import classes from "./agent-list.module.css";
import type { Agent } from "./api";

import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time";


export const AgentList = ({ agents }: { agents: Agent[] }) => (
  <ul className={classes.list}>
    {agents.map((agent) => (
      <li key={agent.id} className={classes.item}>
        <div className={classes.who}>
          <Link to="/agents/$agentId" params={{ agentId: agent.id }} className={classes.name} data-row>{agent.name}</Link>
          <div className={classes.role}>{agent.role}</div>
        </div>
        <div className={classes.project}>{agent.projectId}</div>
        <div className={classes.version}>{agent.version === null ? "no version yet" : `version ${agent.version}`}</div>
        <div className={classes.state}><StateBadge state={agent.state} /></div>
        <div className={classes.updated}><TimeAgo at={agent.updatedAt} /></div>
      </li>
    ))}
  </ul>
);
