import { client, unwrap } from "@/lib/api";
import type { AgentDefinition } from "@/lib/definitions";

export const createDefinition = (body: AgentDefinition) => unwrap(client.POST("/api/agent-definitions", { body }));

export const saveDefinition = (name: string, body: AgentDefinition) =>
  unwrap(client.PUT("/api/agent-definitions/{name}", { params: { path: { name } }, body }));

export const deleteDefinition = (name: string) =>
  unwrap(client.DELETE("/api/agent-definitions/{name}", { params: { path: { name } } }));
