import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { callsQuery, type ModelCall } from "./api";
import classes from "./model-calls.module.css";
import { totals } from "./totals";

import { Panel } from "@/components/page";
import { Failure } from "@/components/states";
import { count, money, plural } from "@/lib/format";
import { duration } from "@/lib/time";


/** Shown when there is something to show: most jobs never ask a model. */
export function ModelCalls({ jobId }: { jobId: string }) {
  const query = useQuery(callsQuery(jobId));
  const calls = query.data ?? [];
  if (query.error) return <Panel title="Model calls"><Failure error={query.error} onRetry={() => void query.refetch()} /></Panel>;
  if (calls.length === 0) return null;
  const sum = totals(calls);
  return (
    <Panel title="Model calls" aside={`${plural(calls.length, "call")} · ${sum.cost}`} flush>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Model calls" } }}>
        <Table className={classes.table} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Step</Table.Th>
              <Table.Th>Model</Table.Th>
              <Table.Th className={classes.number}>In</Table.Th>
              <Table.Th className={classes.number}>Out</Table.Th>
              <Table.Th className={classes.number}>Cached</Table.Th>
              <Table.Th className={classes.number}>Cost</Table.Th>
              <Table.Th className={classes.number}>Took</Table.Th>
              <Table.Th>Outcome</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{calls.map((call) => <CallRow key={call.id} call={call} />)}</Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th colSpan={2}>In all</Table.Th>
              <Table.Td className={classes.number}>{count(sum.inputTokens)}</Table.Td>
              <Table.Td className={classes.number}>{count(sum.outputTokens)}</Table.Td>
              <Table.Td className={classes.number}>{count(sum.cachedTokens)}</Table.Td>
              <Table.Td className={classes.number}>{sum.cost}</Table.Td>
              <Table.Td colSpan={2} />
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

const CallRow = ({ call }: { call: ModelCall }) => (
  <Table.Tr>
    <Table.Td>
      {call.step}{call.attempt > 1 && <span className={classes.dim}> · try {call.attempt}</span>}
      {call.error && <div className={classes.bad}>{call.error}</div>}
    </Table.Td>
    <Table.Td>{call.model} <span className={classes.dim}>{call.provider}</span></Table.Td>
    <Table.Td className={classes.number}>{count(call.inputTokens)}</Table.Td>
    <Table.Td className={classes.number}>{count(call.outputTokens)}</Table.Td>
    <Table.Td className={classes.number}>{count(call.cachedTokens)}</Table.Td>
    <Table.Td className={classes.number}>{money(call.costMicroUsd)}</Table.Td>
    <Table.Td className={classes.number}>{duration(call.latencyMs)}</Table.Td>
    <Table.Td>{call.outcome.replaceAll("_", " ")}</Table.Td>
  </Table.Tr>
);
