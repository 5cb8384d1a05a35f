import { useMutation, useQueryClient } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";
import { notify } from "@/lib/notify";

export type OrderKind = Answer<"/api/workers/{worker_id}", "get">["orders"][number]["kind"];
export type Instruction = { kind: OrderKind; count?: number };

/** The worker carries it out within seconds; its page shows what became of it. */
export function useOrder(workerId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Instruction) => unwrap(client.POST("/api/workers/{worker_id}/orders", { params: { path: { worker_id: workerId } }, body })),
    onError: notify.failed,
    onSettled: () => cache.invalidateQueries({ queryKey: ["workers"] }),
  });
}
