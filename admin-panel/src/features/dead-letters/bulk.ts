import { client, unwrap } from "@/lib/api";
import type { LetterFilter } from "@/lib/dead-letters";

export type Target = { ids: string[] } | { filter: LetterFilter };
export type Decision = { action: "rerun"; per_minute?: number } | { action: "discard"; reason: string };
export type BulkResult = { done: number; refused: string[] };

// As many as the API takes in one request.
const AT_ONCE = 500;

const send = (body: Decision & Target & { cursor?: string; not_before?: string; dry_run?: boolean }) =>
  unwrap(client.POST("/api/dead-letters/bulk", { body: { dry_run: false, ...body } }));

export const countMatching = (filter: LetterFilter): Promise<number> =>
  send({ action: "rerun", filter, dry_run: true }).then((answer) => answer.matched ?? 0);

/** Goes on until nothing is left; each request continues at the rate of the one before. */
export async function decideMany(decision: Decision, target: Target, onProgress: (result: BulkResult) => void): Promise<BulkResult> {
  let result: BulkResult = { done: 0, refused: [] };
  let not_before: string | undefined;
  let cursor: string | undefined;
  for (const part of parts(target))
    do {
      const answer = await send({ ...decision, ...part, cursor, not_before });
      const refused = (answer.items ?? []).filter((item) => item.outcome === "refused").map((item) => item.detail ?? "Refused.");
      result = { done: result.done + (answer.items ?? []).length - refused.length, refused: [...result.refused, ...refused] };
      onProgress(result);
      not_before = answer.next_not_before ?? undefined;
      cursor = answer.next_cursor ?? undefined;
    } while (cursor);
  return result;
}

const parts = (target: Target): Target[] =>
  "filter" in target ? [target] : Array.from({ length: Math.ceil(target.ids.length / AT_ONCE) }, (_, part) => ({ ids: target.ids.slice(part * AT_ONCE, (part + 1) * AT_ONCE) }));
