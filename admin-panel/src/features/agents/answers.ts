import type { Chunk } from "./api";

import type { Job } from "@/lib/jobs";


export type UsedChunk = { id: string; document: string; position: number; text?: string };
export type Exchange = { job: Job; question: string | null; answer: string | null; chunks: UsedChunk[] };

type Result = { answer?: string; chunks?: UsedChunk[] };
type Payload = { agent_id?: string; question?: string };

/** Questions and answers out of jobs that were looked for by their agent, newest first; the chunks that are loaded lend
 * their text. A question that is too long for a list is null: whose it is was compared by the search alone. */
export function toExchanges(jobs: Job[], agentId: string, loaded: Chunk[]): Exchange[] {
  const texts = new Map(loaded.map((chunk) => [chunk.id, chunk.text]));
  return jobs.filter((job) => isTooLong(job) || asked(job).agent_id === agentId).map((job) => ({
    job,
    question: isTooLong(job) ? null : asked(job).question ?? "",
    answer: resultOf(job).answer ?? null,
    chunks: (resultOf(job).chunks ?? []).map((chunk) => ({ ...chunk, text: chunk.text ?? texts.get(chunk.id) })),
  }));
}

const isTooLong = (job: Job) => job.omitted.includes("payload");
const asked = (job: Job) => (job.payload ?? {}) as Payload;
const resultOf = (job: Job) => (job.result ?? {}) as Result;
