import { useMutation, useQueryClient } from "@tanstack/react-query";

import { notify } from "@/lib/notify";

/** Does something to a queue or a task, says so, and looks again wherever they are shown. */
export function useChange<T, Answer>(work: (value: T) => Promise<Answer>, said: (answer: Answer) => string, onDone?: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: work,
    onError: notify.failed,
    onSuccess: (answer) => {
      for (const key of ["queues", "tasks", "overview", "alerts", "jobs"]) void cache.invalidateQueries({ queryKey: [key] });
      notify.done(said(answer));
      onDone?.();
    },
  });
}
