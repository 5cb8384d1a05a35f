import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import classes from "./dead-letters.module.css";

import { Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { diffQuery } from "@/lib/dead-letters";
import { plural } from "@/lib/format";

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export function DiffPanel({ letterId }: { letterId: string }) {
  const query = useQuery(diffQuery(letterId));
  return (
    <Panel title="Against the last good run" aside={query.data?.good_job_id && plural(query.data.differences.length, "difference")}>
      <Loaded query={query} lines={2}>
        {({ good_job_id: good, differences }) => good === null ? <Text size="sm" c="dimmed">There is nothing to compare it with: no job of this task has succeeded.</Text> : (
          <>
            <Text size="sm">Compared with <Link to="/jobs/$jobId" params={{ jobId: good }}>job …{good.slice(-8)}</Link>.{differences.length === 0 && " Both had the same payload."}</Text>
            {differences.map(({ path, change, good: well, dead }) => (
              <div key={path} className={classes.change}>
                <Text size="sm"><code>{path}</code> {change}</Text>
                <Text size="sm" component="div" className={classes.values}>
                  {change !== "added" && <span className={classes.good}>− {shown(well)}</span>}
                  {change !== "removed" && <span className={classes.dead}>+ {shown(dead)}</span>}
                </Text>
              </div>
            ))}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
