import { useInfiniteQuery } from "@tanstack/react-query";

import { chunksQuery } from "./api";
import { ChunkText } from "./chunk-text";

import { LoadMore } from "@/components/load-more";
import { Panel } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { flatten } from "@/lib/pages";


/** What the agent has read, as it was cut up for retrieval. */
export function Chunks({ agentId }: { agentId: string }) {
  const query = useInfiniteQuery(chunksQuery(agentId));
  const chunks = flatten(query.data);
  return (
    <Panel title="Chunks" aside={chunks.length > 0 && `${chunks.length}${query.hasNextPage ? "+" : ""}`} flush>
      <Loaded query={query}>
        {() => chunks.length === 0
          ? <Empty title="No chunks yet" icon="definitions">They appear once the agent is ready.</Empty>
          : chunks.map((chunk) => <ChunkText key={chunk.id} chunk={chunk} />)}
      </Loaded>
      <LoadMore query={query} />
    </Panel>
  );
}
