import { Button, Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";

import classes from "./doctor-page.module.css";

import { Page, Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Loaded } from "@/components/states";
import { client, unwrap, type Answer } from "@/lib/api";
import { plural } from "@/lib/format";

type Diagnosis = Answer<"/api/doctor", "get">;
type Finding = Diagnosis["findings"][number];

const ORDER: Finding["severity"][] = ["error", "warning", "note", "ok"];

/** Never by itself: each look asks the broker and the database a hundred questions. */
const doctorQuery = queryOptions({
  queryKey: ["doctor"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/doctor", { signal })),
  staleTime: Infinity,
});

export function DoctorPage() {
  const query = useQuery(doctorQuery);
  return (
    <Page
      title="Doctor"
      note="What is wrong with this installation, and what to do about it."
      actions={<Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>Look again</Button>}
    >
      <Loaded query={query} lines={10}>{(diagnosis) => <Findings diagnosis={diagnosis} />}</Loaded>
    </Page>
  );
}

const Findings = ({ diagnosis: { findings, errors, warnings } }: { diagnosis: Diagnosis }) => (
  <Panel flush title={errors + warnings === 0 ? "Nothing is wrong" : `${plural(errors, "error")}, ${plural(warnings, "warning")}`}>
    <ul className={classes.findings}>
      {ORDER.flatMap((severity) => findings.filter((one) => one.severity === severity)).map((one, place) => <FindingItem key={place} finding={one} />)}
    </ul>
  </Panel>
);

const FindingItem = ({ finding: { severity, check, what, why, advice } }: { finding: Finding }) => (
  <li className={classes.finding}>
    <StateBadge state={`finding_${severity}`} />
    <span className={classes.check}>{check}</span>
    <div>
      <Text size="sm" fw={severity === "ok" ? undefined : 600}>{what}</Text>
      {why && <Text size="sm">{why}</Text>}
      {advice && <Text size="sm" c="dimmed">{advice}</Text>}
    </div>
  </li>
);
