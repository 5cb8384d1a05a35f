import { Link } from "@tanstack/react-router";
import { Handle, Position, type Node as FlowNode, type NodeProps } from "@xyflow/react";
import type { ReactNode } from "react";

import { CountBar } from "./count-bar";
import { totalOf } from "./counts";
import type { Shape } from "./folding";
import classes from "./shapes.module.css";

import { StateBadge } from "@/components/state-badge";
import { Elapsed } from "@/components/time";
import { plural } from "@/lib/format";

export type ShapeData = { shape: Shape; open: (id: string, how: boolean) => void; downwards: boolean };
type ShapeProps = NodeProps<FlowNode<ShapeData>>;

/** Where the lines arrive and leave; nobody can draw new ones. */
const Handles = ({ downwards, children }: { downwards: boolean; children?: ReactNode }) => (
  <>
    <Handle type="target" position={downwards ? Position.Top : Position.Left} isConnectable={false} className={classes.handle} />
    {children}
    <Handle type="source" position={downwards ? Position.Bottom : Position.Right} isConnectable={false} className={classes.handle} />
  </>
);

function JobShape({ data: { shape, downwards } }: ShapeProps) {
  if (shape.kind !== "job") return null;
  const { key, task, jobId, state, startedAt, endedAt } = shape.node;
  return (
    <Handles downwards={downwards}>
      <div className={classes.job} data-state={state}>
        <Link to="/jobs/$jobId" params={{ jobId }} className={classes.link} title={`${key} · ${task}`}>{key}</Link>
        <span className={classes.below}>
          <StateBadge state={state} />
          {startedAt ? <span className={classes.dim}><Elapsed from={startedAt} to={endedAt} /></span> : <span className={classes.dim} title={task ?? undefined}>{task}</span>}
        </span>
      </div>
    </Handles>
  );
}

function BundleShape({ data: { shape, open, downwards } }: ShapeProps) {
  if (shape.kind !== "bundle") return null;
  const { container, counts, rest } = shape;
  const jobs = plural(totalOf(counts), rest ? "more job" : "job");
  return (
    <Handles downwards={downwards}>
      <div className={classes.bundle}>
        <span className={classes.title} title={container.label}>{container.label}</span>
        <CountBar counts={counts} />
        <span className={classes.below}>
          <span className={classes.dim}>{jobs}</span>
          {!rest && <button type="button" className={`nodrag nopan ${classes.open}`} onClick={() => open(container.id, true)}>Open</button>}
        </span>
      </div>
    </Handles>
  );
}

const JoinShape = ({ data: { shape, downwards } }: ShapeProps) =>
  shape.kind === "join" && <Handles downwards={downwards}><div className={classes.join} title={shape.container.label} /></Handles>;

export const SHAPES = { job: JobShape, bundle: BundleShape, join: JoinShape };
