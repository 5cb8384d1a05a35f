import "@xyflow/react/dist/base.css";

import { useComputedColorScheme } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Background, Controls, MarkerType, ReactFlow, type Edge as FlowEdge, type Node as FlowNode } from "@xyflow/react";
import { useMemo, useState } from "react";

import { fold, type Drawing, type Opened } from "./folding";
import { places } from "./layout";
import { SHAPES, type ShapeData } from "./shapes";
import classes from "./workflow-graph.module.css";

import type { Workflow } from "@/lib/workflows";

/** Which job waits for which. Large groups are one box until they are opened. */
export default function WorkflowGraph({ workflow }: { workflow: Workflow }) {
  const [opened, setOpened] = useState<Opened>(new Map());
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const scheme = useComputedColorScheme("light");
  const drawing = useMemo(() => fold(workflow, opened), [workflow, opened]);
  const placed = usePlaces(drawing, narrow);
  const nodes = useMemo(() => {
    const open = (id: string, how: boolean) => setOpened((before) => new Map(before).set(id, how));
    return flowNodes(drawing, placed, { open, downwards: narrow });
  }, [drawing, placed, narrow]);
  const edges = useMemo(() => flowEdges(drawing), [drawing]);
  return (
    <div className={classes.graph}>
      <ReactFlow key={[...opened].join()} nodes={nodes} edges={edges} nodeTypes={SHAPES} colorMode={scheme} aria-label="Graph of the workflow's jobs"
        nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false}
        zoomOnScroll={false} preventScrolling={false} onlyRenderVisibleElements minZoom={0.1} maxZoom={1.5} fitView fitViewOptions={{ maxZoom: 1, padding: 0.12 }}>
        <Background gap={22} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** Laid out again when the shape of the drawing changes, and not for each state of a job. */
function usePlaces(drawing: Drawing, downwards: boolean) {
  const shape = JSON.stringify([drawing.shapes.map(({ id, kind }) => [id, kind]), drawing.links.map(({ id }) => id)]);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` is what of the drawing the places depend on
  return useMemo(() => places(drawing, downwards), [shape, downwards]);
}

// Nothing in a shape can be dragged or picked; the library would let no click through then.
const style = { pointerEvents: "all" } as const;

type Placing = Pick<ShapeData, "open" | "downwards">;

const flowNodes = ({ shapes }: Drawing, placed: ReturnType<typeof places>, placing: Placing): FlowNode<ShapeData>[] =>
  shapes.map((shape) => {
    const { x = 0, y = 0, width, height } = placed.get(shape.id) ?? {};
    return { id: shape.id, type: shape.kind, position: { x, y }, width, height, style, data: { shape, ...placing } };
  });

const flowEdges = ({ links }: Drawing): FlowEdge[] =>
  links.map((link) => ({ ...link, type: "smoothstep", markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 } }));
