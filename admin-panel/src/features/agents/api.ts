import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";
import { jobListQuery } from "@/lib/jobs";
import { keysetQuery, toPage } from "@/lib/pages";
import { toDate } from "@/lib/time";

type WireAgent = Answer<"/api/agents", "get">["items"][number];
type WireDetail = Answer<"/api/agents/{agent_id}", "get">;
type WireVersion = WireDetail["versions"][number];
type WireChunk = Answer<"/api/agents/{agent_id}/chunks", "get">["items"][number];

export type Agent = ReturnType<typeof toAgent>;
export type AgentDetail = ReturnType<typeof toDetail>;
export type AgentVersion = ReturnType<typeof toVersion>;
export type Chunk = ReturnType<typeof toChunk>;
export type Brief = { summary: string; goals: string[]; open_questions: string[]; first_steps: string[] };
export type ContextDocument = { name: string; text: string };

const toAgent = (wire: WireAgent) => ({
  id: wire.id,
  projectId: wire.project_id,
  name: wire.agent_name,
  role: wire.role,
  version: (wire.version ?? null) as number | null,
  state: wire.state as string,
  jobId: wire.job_id,
  createdAt: new Date(wire.created_at),
  updatedAt: new Date(wire.updated_at),
});

const toVersion = (wire: WireVersion) => ({
  number: wire.number,
  state: wire.state as string,
  jobId: wire.job_id,
  brief: (wire.brief ?? null) as Brief | null,
  systemPrompt: wire.system_prompt ?? null,
  chunkCount: wire.chunk_count,
  error: (wire.error ?? null) as string | null,
  createdAt: new Date(wire.created_at),
  readyAt: toDate(wire.ready_at),
});

const toDetail = (wire: WireDetail) => ({
  ...toAgent(wire),
  brief: (wire.brief ?? null) as Brief | null,
  versions: wire.versions.map(toVersion).sort((a, b) => b.number - a.number),
});

const toChunk = ({ id, document, position, text }: WireChunk) => ({ id, document, position, text });

const detailKey = (id: string) => ["agents", "detail", id] as const;

export const agentListQuery = (project_id?: string) =>
  keysetQuery(["agents", "list", { project_id }], (cursor, signal) =>
    unwrap(client.GET("/api/agents", { params: { query: { project_id, cursor, limit: 100 } }, signal })).then((page) => toPage(page, toAgent)),
  );

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: detailKey(id),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/agents/{agent_id}", { params: { path: { agent_id: id } }, signal })).then(toDetail),
  });

export const chunksQuery = (id: string) =>
  keysetQuery([...detailKey(id), "chunks"], (cursor, signal) => {
    const params = { path: { agent_id: id }, query: { cursor, limit: 100 } };
    return unwrap(client.GET("/api/agents/{agent_id}/chunks", { params, signal })).then((page) => toPage(page, toChunk));
  });

/** Earlier questions are jobs like any other, so they survive a reload; the page keeps those that name this agent. */
export const questionsQuery = (agentId: string, projectId: string) =>
  jobListQuery({ task: "run_agent_task", project_id: projectId, q: agentId }, 20);

export type AgentStart = { project_id: string; agent_name: string; context: string | ContextDocument[]; profile?: string; webhook_url?: string };

export const startAgent = (body: AgentStart) => unwrap(client.POST("/api/agents", { body }));

export const askAgent = (id: string, question: string) =>
  unwrap(client.POST("/api/agents/{agent_id}/ask", { params: { path: { agent_id: id } }, body: { question } }));

export const deleteAgent = (id: string) =>
  unwrap(client.DELETE("/api/agents/{agent_id}", { params: { path: { agent_id: id } } }));
