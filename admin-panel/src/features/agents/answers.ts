import type { Chunk } from "./api";

import type { Job } from "@/lib/jobs";


export type UsedChunk = { id: string; document: string; position: number; text?: string };
export type Exchange = { job: Job; question: string; answer: string | null; chunks: UsedChunk[] };

type Result = { answer?: string; chunks?: UsedChunk[] };
type Payload = { agent_id?: string; question?: string };

/** Questions and answers out of an agent's jobs, newest first; the chunks that are loaded lend their text. */
export function toExchanges(jobs: Job[], agentId: string, loaded: Chunk[]): Exchange[] {
  const texts = new Map(loaded.map((chunk) => [chunk.id, chunk.text]));
  return jobs.filter((job) => asked(job).agent_id === agentId).map((job) => ({
    job,
    question: asked(job).question ?? "",
    answer: resultOf(job).answer ?? null,
    chunks: (resultOf(job).chunks ?? []).map((chunk) => ({ ...chunk, text: chunk.text ?? texts.get(chunk.id) })),
  }));
}

const asked = (job: Job) => (job.payload ?? {}) as Payload;
const resultOf = (job: Job) => (job.result ?? {}) as Result;
