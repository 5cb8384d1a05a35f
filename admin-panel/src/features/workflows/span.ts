import type { WorkflowNode } from "@/lib/workflows";

/** Milliseconds since the epoch. */
export type Span = { from: number; to: number };

/** From the workflow's beginning to its end, or to now. */
export const spanOf = (workflow: { createdAt: Date; endedAt: Date | null }, now: number): Span => {
  const from = workflow.createdAt.getTime();
  return { from, to: Math.max(workflow.endedAt?.getTime() ?? now, from + 1) };
};

/** Percent of the span's width; what lies outside of it is cut. */
export type Piece = { left: number; width: number };

const piece = (begin: number, end: number, { from, to }: Span): Piece => {
  const share = (at: number) => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  return { left: share(begin), width: Math.max(share(end) - share(begin), 0) };
};

/** The time in the queue, and the time with workers; null for what has not begun. */
export function piecesOf(node: WorkflowNode, span: Span): { waited: Piece | null; ran: Piece | null } {
  const queued = node.queuedAt?.getTime();
  const started = node.startedAt?.getTime();
  const ended = node.endedAt?.getTime() ?? span.to;
  return {
    waited: queued === undefined ? null : piece(queued, started ?? ended, span),
    ran: started === undefined ? null : piece(started, ended, span),
  };
}

/** In the order in which things began; what has not begun is last, in the workflow's own order. */
export const byBeginning = (nodes: readonly WorkflowNode[]): WorkflowNode[] => {
  const begun = (node: WorkflowNode) => (node.startedAt ?? node.queuedAt)?.getTime() ?? Infinity;
  return [...nodes].sort((a, b) => (begun(a) === begun(b) ? 0 : begun(a) - begun(b)));
};

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800];

/** Marks for an axis: at most `most` of them, at round distances, as milliseconds after the beginning. */
export function marksOf({ from, to }: Span, most = 8): number[] {
  const length = to - from;
  const step = 1000 * (STEPS.find((seconds) => (seconds * 1000 * most) >= length) ?? Math.ceil(length / 1000 / most));
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
