import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { cancelJob, isDueLater, isFinal, jobKeys, retryJob, runJobNow, type Job } from "@/lib/jobs";
import { notify } from "@/lib/notify";
import { useMay } from "@/lib/session";

/** What may be done with a job now, and doing it. */
export function useJobActions(job: Job) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const may = useMay("operator");

  const cancel = useMutation({
    mutationFn: () => cancelJob(job.id),
    onError: notify.failed,
    onSuccess: (now) => {
      cache.setQueryData(jobKeys.detail(job.id), now);
      void cache.invalidateQueries({ queryKey: ["jobs"] });
      notify.done(isFinal(now.state) ? "The job is cancelled." : "The job will stop at its next checkpoint.");
    },
  });
  const retry = useMutation({
    mutationFn: () => retryJob(job.id),
    onError: notify.failed,
    onSuccess: ({ job_id }) => {
      void cache.invalidateQueries({ queryKey: jobKeys.lists });
      notify.done("A new job has been made from this one.");
      void navigate({ to: "/jobs/$jobId", params: { jobId: job_id } });
    },
  });

  const runNow = useMutation({
    mutationFn: () => runJobNow(job.id),
    onError: notify.failed,
    onSuccess: (now) => {
      cache.setQueryData(jobKeys.detail(job.id), now);
      void cache.invalidateQueries({ queryKey: ["jobs"] });
      notify.done("The job is due now.");
    },
  });

  return {
    cancel,
    runNow,
    mayRunNow: may && isDueLater(job.state),
    retry,
    mayCancel: may && !isFinal(job.state) && !job.cancelRequested,
    mayRetry: may && isFinal(job.state),
  };
}
