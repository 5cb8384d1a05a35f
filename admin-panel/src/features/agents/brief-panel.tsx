import { Text, Title } from "@mantine/core";


import type { Brief } from "./api";
import classes from "./brief-panel.module.css";

import { Panel } from "@/components/page";

export const BriefPanel = ({ brief, version }: { brief: Brief; version: number | null }) => (
  <Panel title="Brief" aside={version !== null && `version ${version}`}>
    <BriefText brief={brief} />
  </Panel>
);

export const BriefText = ({ brief }: { brief: Brief }) => (
  <div className={classes.brief}>
    <Text className={classes.summary}>{brief.summary}</Text>
    <Lines title="Goals" lines={brief.goals} />
    <Lines title="First steps" lines={brief.first_steps} numbered />
    <Lines title="Open questions" lines={brief.open_questions} />
  </div>
);

function Lines({ title, lines, numbered = false }: { title: string; lines: string[]; numbered?: boolean }) {
  if (lines.length === 0) return null;
  const List = numbered ? "ol" : "ul";
  return (
    <div>
      <Title order={3}>{title}</Title>
      <List className={classes.lines}>{lines.map((line) => <li key={line}>{line}</li>)}</List>
    </div>
  );
}
