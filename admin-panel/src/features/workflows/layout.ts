import { graphlib, layout } from "@dagrejs/dagre";

import type { Drawing, Shape } from "./folding";

export type Place = { x: number; y: number; width: number; height: number };

const SIZES: Record<Shape["kind"], { width: number; height: number }> = {
  job: { width: 220, height: 62 },
  bundle: { width: 240, height: 96 },
  join: { width: 14, height: 14 },
};

/** Where each shape stands, in pixels from the top left corner; time runs to the right, or down where there is no room. */
export function places({ shapes, links }: Drawing, downwards: boolean): Map<string, Place> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: downwards ? "TB" : "LR", nodesep: 18, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, kind } of shapes) graph.setNode(id, { ...SIZES[kind] });
  for (const { source, target } of links) graph.setEdge(source, target);
  layout(graph);
  return new Map(shapes.map(({ id, kind }) => [id, corner(graph.node(id) as { x: number; y: number }, SIZES[kind])]));
}

/** dagre answers centres. */
const corner = ({ x, y }: { x: number; y: number }, { width, height }: { width: number; height: number }): Place => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
});
