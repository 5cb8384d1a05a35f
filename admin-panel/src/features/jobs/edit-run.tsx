import { useQueryClient } from "@tanstack/react-query";

import { EditPayload } from "@/components/edit-payload";
import { jobKeys, retryJob, type Job } from "@/lib/jobs";
import { notify } from "@/lib/notify";

type EditRunProps = { job: Job; onClose: () => void };

export default function EditRun({ job, onClose }: EditRunProps) {
  const cache = useQueryClient();
  const leave = () => {
    void cache.invalidateQueries({ queryKey: jobKeys.lists });
    notify.done("A new job has been made from this one.");
    onClose();
  };
  return (
    <EditPayload payload={job.payload} note={`A new job of ${job.task} with this payload. The old one stays as it is.`}
      run={(payload) => retryJob(job.id, payload)} onRun={leave} onClose={onClose} />
  );
}
