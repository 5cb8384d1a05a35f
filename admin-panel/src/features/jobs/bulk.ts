import { client, unwrap, type Answer } from "@/lib/api";
import type { JobFilter } from "@/lib/jobs";

export type BulkAction = "cancel" | "retry" | "run_now";
/** The jobs that were picked, or all that the list's filter finds. */
export type Target = { ids: string[] } | { filter: JobFilter };
export type BulkResult = { done: number; stopping: number; refused: string[] };

type Item = Answer<"/api/jobs/bulk", "post">["items"] extends (infer One)[] | undefined ? One : never;

// As many as the API takes in one request.
const AT_ONCE = 500;

const send = (body: { action: BulkAction; key?: string; cursor?: string; dry_run?: boolean } & Target) =>
  unwrap(client.POST("/api/jobs/bulk", { body: { dry_run: false, ...body } }));

export const countMatching = (action: BulkAction, filter: JobFilter): Promise<number> =>
  send({ action, filter, dry_run: true }).then((answer) => answer.matched ?? 0);

/** Goes on until nothing is left, and tells after each request how far it is. One key: a repeat retries nothing twice. */
export async function actOnMany(action: BulkAction, target: Target, onProgress: (result: BulkResult) => void): Promise<BulkResult> {
  const key = crypto.randomUUID();
  let result: BulkResult = { done: 0, stopping: 0, refused: [] };
  for await (const items of pages(action, target, key)) {
    result = add(result, items);
    onProgress(result);
  }
  return result;
}

async function* pages(action: BulkAction, target: Target, key: string): AsyncGenerator<Item[]> {
  if ("ids" in target) {
    for (let start = 0; start < target.ids.length; start += AT_ONCE)
      yield (await send({ action, key, ids: target.ids.slice(start, start + AT_ONCE) })).items ?? [];
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await send({ action, key, cursor, filter: target.filter });
    yield page.items ?? [];
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}

function add(result: BulkResult, items: Item[]): BulkResult {
  const of = (...outcomes: Item["outcome"][]) => items.filter((item) => outcomes.includes(item.outcome));
  return {
    done: result.done + of("cancelled", "retried", "due").length,
    stopping: result.stopping + of("stopping").length,
    refused: [...result.refused, ...of("refused").map((item) => item.detail ?? "Refused.")],
  };
}

const DONE: Record<BulkAction, string> = { cancel: "cancelled", retry: "run again", run_now: "due now" };

/** The result in a few words, and each reason with how often it was given. */
export function summary(action: BulkAction, result: BulkResult): string[] {
  const reasons = new Map<string, number>();
  for (const reason of result.refused) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    `${result.done} ${DONE[action]}`,
    ...(result.stopping ? [`${result.stopping} will stop at their next checkpoint`] : []),
    ...[...reasons].map(([reason, times]) => `${times} left as they are: ${reason}`),
  ];
}
