import { useRouter } from "@tanstack/react-router";
import type { MouseEvent } from "react";

import classes from "./job-table.module.css";

import type { Job } from "@/lib/jobs";


/**
 * Its ::after covers the row, so that the row is one big link that is still a real one. A plain anchor: the router's
 * own Link works out its place and its state on every draw, which a list that scrolls fast can feel.
 */
export function JobLink({ job }: { job: Job }) {
  const router = useRouter();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
  };
  return (
    <>
      <a href={`/jobs/${encodeURIComponent(job.id)}`} onClick={follow} className={classes.link} data-row>{job.task}</a>
      <span className={classes.tail}>…{job.id.slice(-8)}</span>
    </>
  );
}
