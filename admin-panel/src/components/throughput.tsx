import { SegmentedControl, Skeleton } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { DataTable, Num } from "./data-table";
import { Panel } from "./page";
import classes from "./throughput.module.css";

import { count } from "@/lib/format";
import { WINDOWS, type Throughput, type Window } from "@/lib/operations";
import { ENDINGS, perMinute, spoken, stepSpan, totalsOf } from "@/lib/throughput";

// The chart's code is needed here alone, and comes after the page.
const ThroughputChart = lazy(() => import("./throughput-chart"));

type WindowSwitchProps = { value: Window; onChange: (window: Window) => void };

export const WindowSwitch = ({ value, onChange }: WindowSwitchProps) => (
  <SegmentedControl size="xs" aria-label="Time window" data={[...WINDOWS]} value={value} onChange={(one) => onChange(one as Window)} />
);

/** What ended, as bars for the eye and as a table for everybody. */
export function ThroughputPanel({ throughput }: { throughput: Throughput }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const totals = totalsOf(throughput);
  return (
    <Panel title="Jobs ended per minute" aside={<Legend totals={totals} />}>
      <figure className={classes.figure}>
        <div role="img" aria-label={spoken(throughput)} className={classes.canvas}>
          <Suspense fallback={<Skeleton h="100%" />}>
            <ThroughputChart throughput={throughput} onHover={setHovered} />
          </Suspense>
        </div>
        <figcaption className={classes.caption}><Hovered throughput={throughput} index={hovered} /></figcaption>
      </figure>
      <details className={classes.details}>
        <summary>As a table</summary>
        <StepTable throughput={throughput} />
      </details>
    </Panel>
  );
}

const Legend = ({ totals }: { totals: Record<(typeof ENDINGS)[number], number> }) => (
  <span className={classes.legend}>
    {ENDINGS.map((ending) => (
      <span key={ending} className={classes.key}><span className={classes.swatch} data-ending={ending} aria-hidden />{count(totals[ending])} {ending}</span>
    ))}
  </span>
);

function Hovered({ throughput, index }: { throughput: Throughput; index: number | null }) {
  const step = index === null ? undefined : throughput.steps[index];
  if (!step) return <>Point at a bar to read it.</>;
  return <><b>{stepSpan(step, throughput)}</b> · {ENDINGS.map((ending) => `${count(step[ending])} ${ending}`).join(", ")}</>;
}

/** Only the steps in which something ended, the newest first. */
function StepTable({ throughput }: { throughput: Throughput }) {
  const rows = throughput.steps.filter((step) => ENDINGS.some((ending) => step[ending] > 0)).reverse();
  if (rows.length === 0) return <p className={classes.caption}>Nothing ended in this time.</p>;
  return (
    <DataTable
      label="Jobs ended, step by step"
      rows={rows}
      keyOf={(step) => step.at.toISOString()}
      columns={[
        { head: "From", cell: (step) => stepSpan(step, throughput), grow: true },
        ...ENDINGS.map((ending) => ({ head: ending, number: true, cell: (step: (typeof rows)[number]) => <Num of={step[ending]} /> })),
        { head: "per minute", number: true, minor: true, cell: (step) => perMinute(step, throughput).toFixed(1) },
      ]}
    />
  );
}
