import { Progress, Text } from "@mantine/core";


import { Icon, type IconName } from "./icon";
import classes from "./job-progress.module.css";

import { isFinal, type Job } from "@/lib/jobs";

/** Steps that are known before a task reports them. For any other task the step in hand is named alone. */
const STEPS: Partial<Record<string, string[]>> = {
  agent_initialization_task: ["check", "ingest", "brief", "ready"],
  run_agent_task: ["retrieve", "answer"],
};

type StepState = "done" | "now" | "failed" | "stopped" | "ahead";
const ICONS: Record<StepState, IconName> = { done: "check", now: "running", failed: "close", stopped: "cancel", ahead: "waiting" };
const WORDS: Record<StepState, string> = { done: "done", now: "in progress", failed: "failed here", stopped: "stopped here", ahead: "to come" };

export function JobProgress({ job }: { job: Job }) {
  const steps = STEPS[job.task];
  return (
    <div className={classes.root}>
      {steps && <Steps names={steps} job={job} />}
      <Bar job={job} named={!steps} />
    </div>
  );
}

function Steps({ names, job }: { names: string[]; job: Job }) {
  return (
    <ol className={classes.steps}>
      {names.map((name, index) => {
        const state = stepState(index, names.indexOf(job.progress?.step ?? ""), job);
        return (
          <li key={name} className={classes.step} data-state={state} aria-current={state === "now" ? "step" : undefined}>
            <span className={classes.mark}><Icon name={ICONS[state]} size={14} dashed={state === "ahead"} className={state === "now" ? classes.spins : undefined} /></span>
            <span className={classes.name}>{name}</span>
            <span className={classes.hidden}>, {WORDS[state]}</span>
          </li>
        );
      })}
    </ol>
  );
}

function stepState(index: number, current: number, job: Job): StepState {
  if (job.state === "succeeded" || index < current) return "done";
  if (index > current) return "ahead";
  if (job.state === "running") return "now";
  if (job.state === "cancelled") return "stopped";
  return job.state === "failed" ? "failed" : "ahead";
}

function Bar({ job, named }: { job: Job; named: boolean }) {
  const { progress } = job;
  if (!progress || isFinal(job.state)) return null;
  const { step, done, total, message } = progress;
  return (
    <div aria-live="polite">
      {total ? <Progress value={((done ?? 0) / total) * 100} size="sm" aria-label={`${step}: ${done ?? 0} of ${total}`} /> : null}
      <Text size="sm" mt={total ? "xs" : 0}>
        {named && <b>{step} </b>}
        {message ?? (named ? "" : `${step} …`)} {total ? <span className={classes.count}>{done ?? 0} of {total}</span> : null}
      </Text>
    </div>
  );
}
