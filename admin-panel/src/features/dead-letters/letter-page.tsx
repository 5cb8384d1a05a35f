import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import classes from "./dead-letters.module.css";
import { DiffPanel } from "./diff-panel";
import { LetterButtons } from "./letter-buttons";
import { CAUSE_WORDS, STATE_WORDS } from "./words";

import { BackLink } from "@/components/back-link";
import { CodeBlock, JsonBlock } from "@/components/code-block";
import { CopyId } from "@/components/copy-id";
import { Facts } from "@/components/facts";
import { Page, Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { TimeAgo, Until } from "@/components/time";
import { letterQuery, type LetterDetail } from "@/lib/dead-letters";

const route = getRouteApi("/panel/dead-letters/$letterId");

export function LetterPage() {
  const { letterId } = route.useParams();
  return <Loaded whole query={useQuery(letterQuery(letterId))} lines={12}>{(letter) => <LetterView letter={letter} />}</Loaded>;
}

const LetterView = ({ letter }: { letter: LetterDetail }) => (
  <Page title={letter.task ?? "Dead letter"} back={<BackLink to="/dead-letters">Dead letters</BackLink>} note={<CopyId id={letter.id} label="id" />} actions={<LetterButtons letter={letter} />}>
    <Panel title="Why it is dead" aside={CAUSE_WORDS[letter.cause]}>
      <Text size="sm" className={classes.error}><b>{letter.error?.class_name}</b><br />{letter.error?.message}</Text>
    </Panel>
    <Panel title="Facts"><LetterFacts letter={letter} /></Panel>
    {letter.attempts.map((attempt) => (
      <Panel key={attempt.number} title={`Attempt ${attempt.number}`} aside={attempt.outcome ?? undefined}>
        <Text size="sm" c="dimmed">On {attempt.worker}, <TimeAgo at={new Date(attempt.started_at)} /></Text>
        {attempt.traceback && <CodeBlock text={attempt.traceback} label={`traceback of attempt ${attempt.number}`} wrap={false} />}
      </Panel>
    ))}
    <DiffPanel letterId={letter.id} />
    {letter.payload !== null && <Panel title="Payload"><JsonBlock value={letter.payload} label="payload" /></Panel>}
    {letter.xDeath && <Panel title="What the broker said (x-death)"><JsonBlock value={letter.xDeath} label="x-death" /></Panel>}
    {letter.headers && <Panel title="Headers"><JsonBlock value={letter.headers} label="headers" /></Panel>}
    {letter.body && <Panel title="Body"><CodeBlock text={letter.body} label="body" /></Panel>}
    {letter.history.length > 0 && <Panel title="History"><History letter={letter} /></Panel>}
  </Page>
);

const JobLink = ({ id }: { id: string }) => (
  <Anchor inherit renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: id }} {...props} />}>…{id.slice(-8)}</Anchor>
);

const LetterFacts = ({ letter }: { letter: LetterDetail }) => (
  <Facts
    facts={[
      ["State", STATE_WORDS[letter.state]],
      ["Job", letter.jobId && <JobLink id={letter.jobId} />],
      ["Run again as", letter.newJobId && <JobLink id={letter.newJobId} />],
      ["Queue", letter.queue],
      ["Project", letter.projectId],
      ["Died", <TimeAgo key="at" at={letter.at} />],
      ["Runs again by itself", letter.redriveAt && <Until at={letter.redriveAt} />],
      ["Run again by itself", letter.redrives > 0 && `${letter.redrives} of 3 times`],
      ["Decided by", letter.decidedBy],
      ["Reason", letter.reason],
      ["Hidden from you", letter.hidden.length > 0 && letter.hidden.join(", ")],
    ]}
  />
);

const History = ({ letter }: { letter: LetterDetail }) => (
  <>
    {letter.history.map(({ at, what, by, job_id, why, reason }) => (
      <Text key={at} size="sm"><TimeAgo at={new Date(at)} />: {what} by {by}{job_id && <> as <JobLink id={job_id} /></>}{why ?? reason ? `: ${why ?? reason}` : ""}</Text>
    ))}
  </>
);
