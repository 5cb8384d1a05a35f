import { Accordion, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { attemptsQuery, type Attempt } from "./api";
import classes from "./attempts.module.css";
import { OutcomeBadge } from "./outcome-badge";

import { CodeBlock } from "@/components/code-block";
import { Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { Elapsed, TimeAgo } from "@/components/time";
import { plural } from "@/lib/format";
import { isFinal, type Job } from "@/lib/jobs";


export function Attempts({ job }: { job: Job }) {
  const query = useQuery(attemptsQuery(job.id));
  const attempts = query.data ?? [];
  return (
    <Panel title="Attempts" aside={attempts.length > 0 && plural(attempts.length, "attempt")} flush={attempts.length > 0}>
      <Loaded query={query} lines={2}>
        {() => attempts.length === 0 ? <Text c="dimmed" size="sm">{isFinal(job.state) ? "It ended before a worker took it." : "No worker has taken this job yet."}</Text> : <AttemptList attempts={attempts} />}
      </Loaded>
    </Panel>
  );
}

const AttemptList = ({ attempts }: { attempts: Attempt[] }) => (
  <Accordion multiple classNames={{ item: classes.item, control: classes.control, label: classes.label }}>
    {attempts.map((attempt) => <AttemptItem key={attempt.number} attempt={attempt} />)}
  </Accordion>
);

const AttemptItem = ({ attempt }: { attempt: Attempt }) => (
  <Accordion.Item value={String(attempt.number)}>
    <Accordion.Control>
      <span className={classes.summary}>
        <span className={classes.number}>{attempt.number}</span>
        <OutcomeBadge outcome={attempt.outcome} />
        <span className={classes.worker}>{attempt.worker}</span>
        <span className={classes.took}><Elapsed from={attempt.startedAt} to={attempt.endedAt} /></span>
      </span>
      {attempt.error && <span className={classes.error}>{attempt.error.class_name}: {attempt.error.message}</span>}
    </Accordion.Control>
    <Accordion.Panel>
      <Text size="sm" c="dimmed" mb="xs">Started <TimeAgo at={attempt.startedAt} />{attempt.error && ` · ${attempt.error.kind}`}</Text>
      {attempt.traceback ? <CodeBlock text={attempt.traceback} label={`traceback of attempt ${attempt.number}`} wrap={false} /> : <Text size="sm" c="dimmed">No traceback.</Text>}
    </Accordion.Panel>
  </Accordion.Item>
);
