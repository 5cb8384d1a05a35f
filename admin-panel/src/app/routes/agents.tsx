import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { panel } from "./root";

import { definitionsQuery } from "@/lib/definitions";
import { text } from "@/lib/search";

const agents = createRoute({
  getParentRoute: () => panel,
  path: "/agents",
  validateSearch: (raw: Record<string, unknown>): { project_id?: string } => ({ project_id: text(raw.project_id) }),
  component: lazyRouteComponent(() => import("@/features/agents/agents-page"), "AgentsPage"),
});

const startAgent = createRoute({
  getParentRoute: () => panel,
  path: "/agents/new",
  validateSearch: (raw: Record<string, unknown>): { project_id?: string; agent_name?: string } => ({
    project_id: text(raw.project_id),
    agent_name: text(raw.agent_name),
  }),
  loader: ({ context }) => void context.cache.prefetchQuery(definitionsQuery),
  component: lazyRouteComponent(() => import("@/features/agents/start-agent-page"), "StartAgentPage"),
});

const agent = createRoute({
  getParentRoute: () => panel,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("@/features/agents/agent-page"), "AgentPage"),
});

export const agentsRoutes = [agents, startAgent, agent] as const;
