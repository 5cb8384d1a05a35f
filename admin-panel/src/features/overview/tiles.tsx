import { spendNote, spendValue } from "./spend";

import { StatTile, StatTiles } from "@/components/stat-tile";
import { Waited } from "@/components/time";
import { count } from "@/lib/format";
import type { Overview } from "@/lib/operations";
import { totalsOf, windowWords } from "@/lib/throughput";

/** The few numbers that say whether all is well. */
export function Tiles({ overview }: { overview: Overview }) {
  const { throughput, workers } = overview;
  const { succeeded, failed, cancelled } = totalsOf(throughput);
  const words = windowWords(throughput);
  return (
    <StatTiles>
      <StatTile label="Ended" value={count(succeeded + failed + cancelled)} note={`in ${words}`} to="/jobs" />
      <StatTile label="Failed" value={count(failed)} note={share(failed, succeeded + failed)} to="/jobs" search={{ state: ["failed"] }} />
      <Waiting overview={overview} />
      <StatTile label="Workers" value={count(workers.alive)} note={busyNote(workers)} care={workers.alive === 0 || workers.lost > 0} to="/workers" />
      <StatTile label="Model spend today" value={spendValue(overview.spend)} note={spendNote(overview.spend)} />
    </StatTiles>
  );
}

function Waiting({ overview: { open, queues } }: { overview: Overview }) {
  const since = queues.map((queue) => queue.oldestQueuedAt?.getTime()).filter((at) => at !== undefined);
  const running = `${count(open.running ?? 0)} running`;
  const note = since.length > 0 ? <>oldest <Waited since={new Date(Math.min(...since))} /> · {running}</> : running;
  return <StatTile label="Waiting" value={count(open.queued ?? 0)} note={note} care={queues.some((queue) => queue.unattended)} to="/jobs" search={{ state: ["queued"] }} />;
}

const share = (failed: number, ended: number): string =>
  ended === 0 ? "nothing ended" : `${((failed / ended) * 100).toFixed(failed > 0 && failed / ended < 0.1 ? 1 : 0)}% of what ran`;

function busyNote({ alive, slots, busy, lost }: Overview["workers"]): string {
  if (alive === 0 && lost === 0) return "none is running";
  const lostNote = lost > 0 ? `${count(lost)} lost · ` : "";
  return `${lostNote}${count(busy)} of ${count(slots)} slots busy`;
}
