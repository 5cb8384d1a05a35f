import { Anchor, Skeleton, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Exchange } from "./answers";
import { ChunkText } from "./chunk-text";
import classes from "./exchange-view.module.css";

import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time";
import { plural } from "@/lib/format";
import { isFinal, type Job } from "@/lib/jobs";


export const ExchangeView = ({ exchange: { job, question, answer, chunks } }: { exchange: Exchange }) => (
  <article className={classes.exchange}>
    <div className={classes.question}>
      {question === null ? <TooLong what="question" /> : <Text fw={600}>{question}</Text>}
      <Text size="xs" c="dimmed" component="div" className={classes.when}>
        <TimeAgo at={job.createdAt} /> · <Anchor size="xs" underline="always" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: job.id }} {...props} />}>job</Anchor>
      </Text>
    </div>
    <div aria-live="polite">{answer === null ? <NoAnswer job={job} /> : <Text className={classes.answer}>{answer}</Text>}</div>
    {chunks.length > 0 && (
      <div className={classes.used}>
        <Text size="xs" c="dimmed" className={classes.usedTitle}>It used {plural(chunks.length, "chunk")}</Text>
        {chunks.map((chunk) => <ChunkText key={chunk.id} chunk={chunk} />)}
      </div>
    )}
  </article>
);

function NoAnswer({ job }: { job: Job }) {
  return (
    <div className={classes.answer}>
      <StateBadge state={job.state} />
      {job.error && <Text size="sm" c="var(--bad-ink)" mt={4}>{job.error.message}</Text>}
      {job.omitted.includes("result") && <TooLong what="answer" mt={4} />}
      {!isFinal(job.state) && <><Skeleton height={12} mt="sm" width="88%" /><Skeleton height={12} mt="xs" width="61%" /></>}
    </div>
  );
}

const TooLong = ({ what, mt }: { what: string; mt?: number }) => (
  <Text size="sm" c="dimmed" mt={mt}>The {what} is too long for a list: its job has it.</Text>
);
