import { infiniteQueryOptions, type InfiniteData, type QueryKey } from "@tanstack/react-query";

export type Page<T> = { items: T[]; nextCursor: string | null };
export type Pages<T> = InfiniteData<Page<T>, string | null>;

/** A list with more pages than this is not reloaded under the reader's eyes; the page offers it instead. */
export const LIVE_PAGES = 3;

export const isDeep = (list: unknown): boolean =>
  ((list as Pages<unknown> | undefined)?.pages?.length ?? 0) > LIVE_PAGES;

type WirePage<T> = { items: T[]; next_cursor?: string | null };

export const toPage = <Wire, T>(wire: WirePage<Wire>, translate: (item: Wire) => T): Page<T> => ({
  items: wire.items.map(translate),
  nextCursor: wire.next_cursor ?? null,
});

type LoadPage<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

/** A list that is read page by page, each page by the cursor that the one before it gave. */
export const keysetQuery = <T>(queryKey: QueryKey, load: LoadPage<T>) =>
  infiniteQueryOptions<Page<T>, Error, Pages<T>, QueryKey, string | null>({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam ?? undefined, signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    staleTime: ({ state }) => (isDeep(state.data) ? Infinity : 30_000), // A long list goes stale by an event only.
  });

/** All loaded items, each once: a row may move to the next page between two requests. */
export function flatten<T extends { id: string }>(pages: Pages<T> | undefined): T[] {
  const seen = new Map<string, T>();
  for (const page of pages?.pages ?? []) for (const item of page.items) if (!seen.has(item.id)) seen.set(item.id, item);
  return [...seen.values()];
}
