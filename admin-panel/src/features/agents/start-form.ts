import type { AgentStart, ContextDocument } from "./api";

import { ApiError, fieldErrors } from "@/lib/errors";
import { byteLength, bytes } from "@/lib/format";


export const TEXT_LIMIT = 256 * 1024;
export const DOCUMENTS_LIMIT = 2 * 1024 * 1024;
const DOCUMENT_COUNT = 500;
const PROJECT_LIMIT = 200;

export type StartValues = {
  project_id: string;
  agent_name: string | null;
  profile: string | null;
  kind: "text" | "documents";
  text: string;
  documents: ContextDocument[];
  webhook_url: string;
};

export const contextSize = ({ kind, text, documents }: StartValues): number =>
  kind === "text" ? byteLength(text) : documents.reduce((total, one) => total + byteLength(one.text) + byteLength(one.name), 0);

/** The API's own rules, said before anything is sent. */
export const startRules = {
  project_id: projectProblem,
  agent_name: (value: string | null) => (value ? null : "Choose an agent definition"),
  text: (_: string, values: StartValues) => (values.kind === "text" ? contextProblem(values) : null),
  documents: (_: ContextDocument[], values: StartValues) => (values.kind === "documents" ? contextProblem(values) : null),
};

function projectProblem(value: string): string | null {
  if (!value.trim()) return "Name the project that the agent works for";
  return value.trim().length > PROJECT_LIMIT ? `At most ${PROJECT_LIMIT} characters` : null;
}

function contextProblem(values: StartValues): string | null {
  const { kind, text, documents } = values;
  if (kind === "text" && !text.trim()) return "Give the agent something to read";
  if (kind === "documents" && documents.length === 0) return "Add at least one document";
  if (kind === "documents" && !documents.some((one) => one.text.trim())) return "These documents hold no text";
  if (documents.length > DOCUMENT_COUNT) return `At most ${DOCUMENT_COUNT} documents`;
  const limit = kind === "text" ? TEXT_LIMIT : DOCUMENTS_LIMIT;
  return contextSize(values) > limit ? `At most ${bytes(limit)} in all` : null;
}

export const toStart = ({ project_id, agent_name, profile, kind, text, documents, webhook_url }: StartValues): AgentStart => ({
  project_id: project_id.trim(),
  agent_name: agent_name ?? "",
  context: kind === "text" ? text : documents,
  ...(profile ? { profile } : {}),
  ...(webhook_url.trim() ? { webhook_url: webhook_url.trim() } : {}),
});

const SHOWN = ["project_id", "agent_name", "profile", "webhook_url"];
// Refused as a whole, and yet about one field.
const OF_CODE: Record<string, string> = { UnknownDefinition: "agent_name", UnknownProfile: "profile" };

/** What the server refused, by the form's field; empty when it concerns none. It says `context` for text or documents. */
export function toFormErrors(error: unknown, kind: StartValues["kind"]): Record<string, string> {
  const field = error instanceof ApiError ? OF_CODE[error.code] : undefined;
  if (field && error instanceof ApiError) return { [field]: error.message };
  const named = Object.entries(fieldErrors(error)).map(([name, message]) => [/^context(\.|$)/.test(name) ? kind : name, message] as const);
  return Object.fromEntries(named.filter(([name]) => name === kind || SHOWN.includes(name)));
}
