import type { JobState } from "@/lib/jobs";
import type { Container, Workflow, WorkflowNode } from "@/lib/workflows";

type Leaf = { key: string; state: JobState };
type Branch = { type: Container["type"]; id: string; inside: (Leaf | Branch)[] };

export const jobs = (...keys: string[]): Leaf[] => keys.map((key) => ({ key, state: "waiting" }));
export const chain = (id: string, ...inside: (Leaf | Branch)[]): Branch => ({ type: "chain", id, inside });
export const group = (id: string, ...inside: (Leaf | Branch)[]): Branch => ({ type: "group", id, inside });

/** What the API answers for such a tree. */
export function workflowOf(root: Branch): Workflow {
  const made: Pick<Workflow, "nodes" | "containers" | "edges"> = { nodes: [], containers: [], edges: [] };
  add(made, root, null, null);
  return { ...WORKFLOW, ...made };
}

/** Answers where the line begins that leaves it. */
function add(made: Pick<Workflow, "nodes" | "containers" | "edges">, one: Leaf | Branch, parent: string | null, after: string | null): string {
  if ("key" in one) {
    made.nodes.push({ ...NODE, key: one.key, jobId: `job-${one.key}`, state: one.state, container: parent });
    if (after !== null) made.edges.push({ source: after, target: one.key });
    return one.key;
  }
  made.containers.push({ id: one.id, type: one.type, label: one.id, onFailure: null, parent });
  if (one.type === "group") {
    for (const inner of one.inside) made.edges.push({ source: add(made, inner, one.id, after), target: one.id });
    return one.id;
  }
  return one.inside.reduce<string>((before, inner) => add(made, inner, one.id, before || after), "");
}

const BEGUN = new Date("2026-01-02T03:04:05Z");
const NODE: Omit<WorkflowNode, "key" | "jobId" | "state" | "container"> = {
  task: "ping", queue: "default", attempt: 0, error: null, createdAt: BEGUN, queuedAt: null, startedAt: null, endedAt: null,
};
const WORKFLOW: Omit<Workflow, "nodes" | "containers" | "edges"> = {
  id: "w-1", name: "nightly", state: "running", projectId: null, cancelRequested: false, submittedBy: null, jobs: 0, ended: 0, failed: 0,
  counts: {}, createdAt: BEGUN, startedAt: null, endedAt: null,
};
