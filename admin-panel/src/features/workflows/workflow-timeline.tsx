import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useMemo } from "react";

import { byBeginning, marksOf, piecesOf, spanOf, type Piece, type Span } from "./span";
import classes from "./workflow-timeline.module.css";

import { StateBadge } from "@/components/state-badge";
import { useNow } from "@/lib/clock";
import { duration, waited } from "@/lib/time";
import { useTopOffset } from "@/lib/use-top-offset";
import type { Workflow, WorkflowNode } from "@/lib/workflows";

const ROW = 34; // pixels

/** One row a job: when it waited in its queue and when it ran, in the order in which they began. */
export function WorkflowTimeline({ workflow }: { workflow: Workflow }) {
  const now = useNow(1000).getTime();
  const span = spanOf(workflow, now);
  const nodes = useMemo(() => byBeginning(workflow.nodes), [workflow.nodes]);
  const [body, top] = useTopOffset();
  const virtual = useWindowVirtualizer({ count: nodes.length, estimateSize: () => ROW, overscan: 12, scrollMargin: top });
  return (
    <div className={classes.timeline}>
      <Axis span={span} />
      <div ref={body} role="list" aria-label="Jobs in the order in which they began" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const node = nodes[item.index];
          return node && (
            <div key={node.key} role="listitem" className={classes.row} style={{ height: ROW, transform: `translateY(${item.start - top}px)` }}>
              <Row node={node} span={span} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const Axis = ({ span }: { span: Span }) => (
  <div className={classes.axis} aria-hidden="true">
    <span />
    <div className={classes.track}>
      {marksOf(span).map((mark) => <span key={mark} className={classes.mark} style={{ left: `${(100 * mark) / (span.to - span.from)}%` }}>{waited(mark)}</span>)}
    </div>
  </div>
);

function Row({ node, span }: { node: WorkflowNode; span: Span }) {
  const { waited: queue, ran } = piecesOf(node, span);
  return (
    <>
      <span className={classes.name}>
        <Link to="/jobs/$jobId" params={{ jobId: node.jobId }} className={classes.link} title={`${node.key} · ${node.task}`}>{node.key}</Link>
        <StateBadge state={node.state} />
      </span>
      <div className={classes.track}>
        {queue && <Bar piece={queue} kind="waited" />}
        {ran && <Bar piece={ran} kind={node.state} />}
        <span className={classes.told}>{toldOf(node, span)}</span>
      </div>
    </>
  );
}

const Bar = ({ piece, kind }: { piece: Piece; kind: string }) => (
  <span className={classes.bar} data-kind={kind} style={{ left: `${piece.left}%`, width: `${piece.width}%` }} />
);

/** What the bars draw, in words. */
function toldOf({ queuedAt, startedAt, endedAt }: WorkflowNode, span: Span): string {
  if (!startedAt) return queuedAt ? `waited ${duration((endedAt?.getTime() ?? span.to) - queuedAt.getTime())}` : "";
  return `ran ${duration((endedAt?.getTime() ?? span.to) - startedAt.getTime())}`;
}
