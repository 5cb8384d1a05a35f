import { queryOptions, useQuery } from "@tanstack/react-query";

import { CopyId } from "@/components/copy-id";
import { Facts } from "@/components/facts";
import { Page, Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { client, unwrap, type Answer } from "@/lib/api";
import { Unreachable } from "@/lib/errors";

type About = Answer<"/api/about", "get">;
type Readiness = Answer<"/readyz", "get">;

/** Asked again now and then: no event tells that a part went away. */
const readinessQuery = queryOptions({
  queryKey: ["readiness"],
  queryFn: async ({ signal }): Promise<Readiness> => {
    // A 503 answers the same words: it means that no job is taken, not that nothing is known.
    const { data, error } = await client.GET("/readyz", { signal });
    if (data ?? error) return (data ?? error) as Readiness;
    throw new Unreachable();
  },
  refetchInterval: 30_000,
});

const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/about", { signal })),
});

export function AboutPage() {
  const about = useQuery(aboutQuery);
  const readiness = useQuery(readinessQuery);
  return (
    <Page title="About" note="What runs here. A report of a fault should say it.">
      <Panel title="Health"><Loaded query={readiness}>{(parts) => <Health parts={parts} />}</Loaded></Panel>
      <Panel title="Versions"><Loaded query={about}>{(told) => <Versions about={told} />}</Loaded></Panel>
    </Page>
  );
}

const Health = ({ parts }: { parts: Readiness }) => (
  <Facts facts={[["Jobs", parts.status === "ready" ? "taken" : "not taken"], ["Database", parts.database], ["Broker", parts.broker], ["Workers", parts.workers]]} />
);

const Versions = ({ about }: { about: About }) => (
  <Facts
    facts={[
      ["Slipway", about.version],
      ["Revision", about.revision ? <CopyId id={about.revision} /> : "unknown"],
      ["Python", about.python],
      ["Celery", about.celery],
      ["Broker", about.broker ? `${about.broker.product} ${about.broker.version}` : "away"],
      ["Broker profile", about.broker_profile],
      ["Database", `${about.database.kind} ${about.database.version}`],
      ["Schema", schema(about.database)],
      ["Sign-in", about.auth_mode],
      ["Models", about.llm_provider],
      ["Environment", about.environment],
    ]}
  />
);

const schema = ({ schema_revision, newest_revision }: About["database"]) =>
  schema_revision === newest_revision ? schema_revision : `${schema_revision}, this code brings ${newest_revision}`;
