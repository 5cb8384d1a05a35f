import { Button, Select, Switch, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, memo, useLayoutEffect, useMemo, useRef, useState } from "react";

import classes from "./job-log.module.css";

import { Copy } from "@/components/copy-id";
import { Panel } from "@/components/page";
import { Loaded } from "@/components/states";
import { LEVELS, logsQuery, type Level, type LogLine } from "@/lib/job-logs";
import { isFinal, type Job } from "@/lib/jobs";
import { flatten } from "@/lib/pages";
import { clockTime, exactTime } from "@/lib/time";


const LEAST = [{ value: "debug", label: "All levels" }, { value: "info", label: "Info and above" }, { value: "warning", label: "Warnings and errors" }, { value: "error", label: "Errors" }];
// Pixels from the end at which the reader still counts as being there.
const NEAR_END = 24;

export function JobLog({ job }: { job: Job }) {
  const [least, setLeast] = useState<Level>("debug");
  const [follow, setFollow] = useState(true);
  const query = useInfiniteQuery(logsQuery(job.id, least === "debug" ? undefined : least));
  const lines = useMemo(() => flatten(query.data).reverse(), [query.data]);
  const aside = (
    <>
      {!isFinal(job.state) && <Switch size="xs" label="Follow" checked={follow} onChange={(event) => setFollow(event.currentTarget.checked)} />}
      <Select size="xs" w={160} aria-label="Least level" data={LEAST} value={least} allowDeselect={false} onChange={(level) => setLeast(LEVELS.find((one) => one === level) ?? "debug")} />
      <Copy value={lines.map(asText).join("\n")} label="log lines" />
    </>
  );
  return (
    <Panel title="Log" aside={aside} flush>
      <Loaded query={query} lines={3}>
        {() => lines.length === 0
          ? <Text c="dimmed" size="sm" px="var(--inset)" pb="md">{least === "debug" ? (isFinal(job.state) ? "It said nothing." : "It has said nothing yet.") : "Nothing of this level."}</Text>
          : <Tail lines={lines} follow={follow} onFollow={setFollow} older={query.hasNextPage ? () => void query.fetchNextPage() : undefined} />}
      </Loaded>
    </Panel>
  );
}

type TailProps = { lines: LogLine[]; follow: boolean; onFollow: (follow: boolean) => void; older: (() => void) | undefined };

/** Stays at the end while it is followed; scrolling up stops that, scrolling back to the end begins it again. */
function Tail({ lines, follow, onFollow, older }: TailProps) {
  const box = useRef<HTMLDivElement>(null);
  const newest = lines.at(-1)?.id;
  useLayoutEffect(() => {
    if (follow) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [follow, newest]);
  const onScroll = () => {
    const node = box.current;
    if (node) onFollow(node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END);
  };
  return (
    // Scrolls, so it must be reachable by keyboard.
    <div ref={box} className={classes.tail} onScroll={onScroll} tabIndex={0} role="log" aria-label="Log lines" aria-live="off">
      {older && <Button variant="subtle" size="compact-xs" m="xs" onClick={older}>Load earlier lines</Button>}
      {lines.map((line, index) => (
        <Fragment key={line.id}>
          {line.attempt > 1 && lines[index - 1]?.attempt !== line.attempt && <div className={classes.attempt}>Try {line.attempt}</div>}
          <Line line={line} />
        </Fragment>
      ))}
    </div>
  );
}

const Line = memo(({ line }: { line: LogLine }) => (
  <div className={classes.line} data-level={line.level}>
    <time className={classes.time} dateTime={line.at.toISOString()} title={exactTime(line.at)}>{clockTime(line.at)}</time>
    <span className={classes.level}>{line.level}</span>
    <span className={classes.text}>
      <span title={line.logger}>{line.message}</span>
      {line.fields && Object.entries(line.fields).map(([name, value]) => <span key={name} className={classes.field}> {name}={shown(value)}</span>)}
    </span>
  </div>
));
Line.displayName = "Line";

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const asText = ({ at, level, logger, message, fields }: LogLine): string =>
  [at.toISOString(), level.toUpperCase(), logger, message, fields && JSON.stringify(fields)].filter(Boolean).join(" ");
