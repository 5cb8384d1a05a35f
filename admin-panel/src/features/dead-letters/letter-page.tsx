import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import classes from "./dead-letters.module.css";
import { DiffPanel } from "./diff-panel";
import { LetterBadge } from "./letter-badge";
import { LetterButtons } from "./letter-buttons";
import { CAUSE_WORDS } from "./words";

import { BackLink } from "@/components/back-link";
import { CodeBlock, JsonBlock } from "@/components/code-block";
import { Columns } from "@/components/columns";
import { CopyId } from "@/components/copy-id";
import { Facts } from "@/components/facts";
import { Page, Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";
import { TimeAgo, Until } from "@/components/time";
import { letterQuery, type LetterDetail } from "@/lib/dead-letters";

const route = getRouteApi("/panel/dead-letters/$letterId");

export function LetterPage() {
  const { letterId } = route.useParams();
  return <Loaded whole query={useQuery(letterQuery(letterId))} lines={12}>{(letter) => <LetterView letter={letter} />}</Loaded>;
}

const LetterView = ({ letter }: { letter: LetterDetail }) => (
  <Page
    title={letter.task ?? "Dead letter"}
    heading={<>{letter.task ?? "Dead letter"} <LetterBadge letter={letter} /></>}
    back={<BackLink to="/dead-letters">Dead letters</BackLink>}
    note={<CopyId id={letter.id} label="id" />}
    actions={<LetterButtons letter={letter} />}
  >
    <Columns
      main={(
        <>
          <Panel title="Why it is dead" aside={CAUSE_WORDS[letter.cause]}>
            <Text size="sm" className={classes.error}><b>{letter.error?.class_name}</b><br />{letter.error?.message}</Text>
          </Panel>
          <DiffPanel letterId={letter.id} />
          {letter.payload !== null && <Panel title="Payload"><JsonBlock value={letter.payload} label="payload" /></Panel>}
          <BrokersWord letter={letter} />
          {letter.attempts.map((attempt) => <AttemptPanel key={attempt.number} attempt={attempt} />)}
        </>
      )}
      side={(
        <>
          <Panel title="Facts"><LetterFacts letter={letter} /></Panel>
          {letter.history.length > 0 && <Panel title="History"><History letter={letter} /></Panel>}
        </>
      )}
    />
  </Page>
);

const AttemptPanel = ({ attempt }: { attempt: LetterDetail["attempts"][number] }) => (
  <Panel title={`Attempt ${attempt.number}`} aside={attempt.outcome && <StateBadge state={attempt.outcome} />}>
    <Text size="sm" c="dimmed">On {attempt.worker}, <TimeAgo at={new Date(attempt.started_at)} /></Text>
    {attempt.traceback && <div className={classes.traceback}><CodeBlock text={attempt.traceback} label={`traceback of attempt ${attempt.number}`} wrap={false} /></div>}
  </Panel>
);

/** Of a message that never became a job, this is all that is known. */
const BrokersWord = ({ letter }: { letter: LetterDetail }) => (
  <>
    {letter.xDeath && <Panel title="What the broker said (x-death)"><JsonBlock value={letter.xDeath} label="x-death" /></Panel>}
    {letter.headers && <Panel title="Headers"><JsonBlock value={letter.headers} label="headers" /></Panel>}
    {letter.body && <Panel title="Body"><CodeBlock text={letter.body} label="body" /></Panel>}
  </>
);

const JobLink = ({ id }: { id: string }) => (
  <Link to="/jobs/$jobId" params={{ jobId: id }}>…{id.slice(-8)}</Link>
);

const LetterFacts = ({ letter }: { letter: LetterDetail }) => (
  <Facts
    facts={[
      ["Job", letter.jobId && <JobLink id={letter.jobId} />],
      ["Run again as", letter.newJobId && <JobLink id={letter.newJobId} />],
      ["Queue", letter.queue && <Link key="queue" to="/queues/$name" params={{ name: letter.queue }}>{letter.queue}</Link>],
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
  <ul className={classes.history}>
    {letter.history.map(({ at, what, by, job_id, why, reason }) => (
      <li key={at}><TimeAgo at={new Date(at)} />: {what} by {by}{job_id && <> as <JobLink id={job_id} /></>}{why ?? reason ? `: ${why ?? reason}` : ""}</li>
    ))}
  </ul>
);
