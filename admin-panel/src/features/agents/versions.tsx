import { Accordion, Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { AgentDetail, AgentVersion } from "./api";
import { BriefText } from "./brief-panel";
import classes from "./versions.module.css";

import { CodeBlock } from "@/components/code-block";
import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time";
import { plural } from "@/lib/format";


export const Versions = ({ agent }: { agent: AgentDetail }) => (
  <Panel title="Versions" flush>
    <Accordion multiple classNames={{ item: classes.item, control: classes.control, label: classes.label, content: classes.content }}>
      {agent.versions.map((version) => (
        <Accordion.Item key={version.number} value={String(version.number)}>
          <Accordion.Control>
            <span className={classes.summary}>
              <b>{version.number}</b>
              <StateBadge state={version.state} note={version.number === agent.version ? "in force" : undefined} />
            </span>
          </Accordion.Control>
          <Accordion.Panel><VersionDetail version={version} /></Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  </Panel>
);

const VersionDetail = ({ version }: { version: AgentVersion }) => (
  <Stack gap="sm">
    <Text size="sm" c="dimmed" component="div">
      Made <TimeAgo at={version.createdAt} /> · {plural(version.chunkCount, "chunk")} ·{" "}
      <Anchor size="sm" underline="always" renderRoot={(props) => <Link to="/jobs/$jobId" params={{ jobId: version.jobId }} {...props} />}>job</Anchor>
    </Text>
    {version.error && <Text size="sm" c="var(--bad-ink)">{version.error}</Text>}
    {version.brief && <BriefText brief={version.brief} />}
    {version.systemPrompt && <CodeBlock text={version.systemPrompt} label={`system prompt of version ${version.number}`} />}
  </Stack>
);
