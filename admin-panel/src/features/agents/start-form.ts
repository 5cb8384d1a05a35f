import type { AgentStart, ContextDocument } from "./api";

import { byteLength, bytes } from "@/lib/format";


export const TEXT_LIMIT = 256 * 1024;
export const DOCUMENTS_LIMIT = 2 * 1024 * 1024;
const DOCUMENT_COUNT = 500;

export type StartValues = {
  project_id: string;
  agent_name: string | null;
  profile: string | null;
  kind: "text" | "documents";
  text: string;
  documents: ContextDocument[];
};

export const contextSize = ({ kind, text, documents }: StartValues): number =>
  kind === "text" ? byteLength(text) : documents.reduce((total, one) => total + byteLength(one.text) + byteLength(one.name), 0);

/** The API's own rules, said before anything is sent. */
export const startRules = {
  project_id: (value: string) => (value.trim() ? null : "Name the project that the agent works for"),
  agent_name: (value: string | null) => (value ? null : "Choose an agent definition"),
  text: (_: string, values: StartValues) => (values.kind === "text" ? contextProblem(values) : null),
  documents: (_: ContextDocument[], values: StartValues) => (values.kind === "documents" ? contextProblem(values) : null),
};

function contextProblem(values: StartValues): string | null {
  const { kind, text, documents } = values;
  if (kind === "text" && !text.trim()) return "Give the agent something to read";
  if (kind === "documents" && documents.length === 0) return "Add at least one document";
  if (kind === "documents" && !documents.some((one) => one.text.trim())) return "These documents hold no text";
  if (documents.length > DOCUMENT_COUNT) return `At most ${DOCUMENT_COUNT} documents`;
  const limit = kind === "text" ? TEXT_LIMIT : DOCUMENTS_LIMIT;
  return contextSize(values) > limit ? `At most ${bytes(limit)} in all` : null;
}

export const toStart = ({ project_id, agent_name, profile, kind, text, documents }: StartValues): AgentStart => ({
  project_id: project_id.trim(),
  agent_name: agent_name ?? "",
  context: kind === "text" ? text : documents,
  ...(profile ? { profile } : {}),
});

/** The server speaks of `context`; here that is the text or the documents. */
export function toFormErrors(errors: Record<string, string>, kind: StartValues["kind"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => [/^context(\.|$)/.test(field) ? kind : field, message]),
  );
}
