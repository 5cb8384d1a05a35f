import type { Container, Workflow, WorkflowNode } from "@/lib/workflows";

export type Member = { kind: "job"; id: string; node: WorkflowNode } | { kind: "container"; id: string; container: Container };

/** Who stands in which container, in the order in which it was written down. */
export type Tree = {
  members: (container: string | null) => Member[];
  jobs: (member: Member) => WorkflowNode[];
};

export function treeOf({ nodes, containers }: Pick<Workflow, "nodes" | "containers">): Tree {
  const byId = new Map(containers.map((one) => [one.id, one]));
  const within = new Map<string | null, Member[]>();
  const placed = new Set<string>();
  const put = (member: Member, parent: string | null) => {
    if (placed.has(member.id)) return;
    placed.add(member.id);
    within.set(parent, within.get(parent) ?? []);
    within.get(parent)?.push(member);
    const container = parent === null ? undefined : byId.get(parent);
    if (container) put({ kind: "container", id: container.id, container }, container.parent);
  };
  // No container is empty, so each is found, in its place, on the way up from its first job.
  for (const node of nodes) put({ kind: "job", id: node.key, node }, node.container);
  const members = (container: string | null) => within.get(container) ?? [];
  const jobs = (member: Member): WorkflowNode[] => (member.kind === "job" ? [member.node] : members(member.id).flatMap(jobs));
  return { members, jobs };
}
