import { countStates, severity } from "./counts";
import { treeOf, type Member, type Tree } from "./tree";

import type { Container, Counts, Edge, Workflow, WorkflowNode } from "@/lib/workflows";

/** A container that would be more boxes than this is drawn as one, until somebody opens it. */
export const FOLDED_ABOVE = 40;
/** So many members of an open container are drawn, those that need a look first; one box stands for the rest. */
export const MOST_DRAWN = 100;

export type Shape =
  | { kind: "job"; id: string; node: WorkflowNode }
  | { kind: "bundle"; id: string; container: Container; counts: Counts; rest: boolean }
  | { kind: "join"; id: string; container: Container };
export type Link = { id: string; source: string; target: string };
export type Drawing = { shapes: Shape[]; links: Link[] };

/** What somebody opened (true) or closed (false) by hand. */
export type Opened = ReadonlyMap<string, boolean>;

/** What of a workflow is drawn. Ten thousand boxes tell nobody anything, and no browser lays them out. */
export function fold(workflow: Workflow, opened: Opened): Drawing {
  const tree = treeOf(workflow);
  const drawn = tree.members(null).flatMap((member) => draw(member, tree, opened));
  const standIns = standInsOf(drawn, tree);
  const links = linksOf(workflow.edges, standIns);
  const joins = workflow.containers.filter(({ id }) => !standIns.has(id) && links.some(({ source }) => source === id));
  const shapes = [...drawn.map(({ shape }) => shape), ...joins.map((container): Shape => ({ kind: "join", id: container.id, container }))];
  const there = new Set(shapes.map(({ id }) => id));
  return { shapes, links: links.filter(({ target }) => there.has(target)) };
}

type Drawn = { shape: Shape; standsFor: Member[] };

function draw(member: Member, tree: Tree, opened: Opened): Drawn[] {
  if (member.kind === "job") return [{ shape: { kind: "job", id: member.id, node: member.node }, standsFor: [member] }];
  const { container } = member;
  if (!(opened.get(container.id) ?? boxesIn(container, tree) <= FOLDED_ABOVE)) return [bundle(container, [member], tree, false)];
  const [shown, left] = chosen(container, tree);
  const rest = left.length > 0 ? [bundle(container, left, tree, true)] : [];
  return [...shown.flatMap((one) => draw(one, tree, opened)), ...rest];
}

/** A large group is one, so the chain around it is not large. */
function boxesIn(container: Container, tree: Tree): number {
  const boxes = tree.members(container.id).map((member) => (member.kind === "job" ? 1 : boxesIn(member.container, tree)));
  return boxes.reduce((sum, some) => sum + (some > FOLDED_ABOVE ? 1 : some), 0);
}

const bundle = (container: Container, standsFor: Member[], tree: Tree, rest: boolean): Drawn => ({
  shape: { kind: "bundle", id: rest ? `rest of ${container.id}` : container.id, container, counts: countStates(standsFor.flatMap(tree.jobs)), rest },
  standsFor,
});

/** The members that are drawn, in their own order, and those that are not: of a chain the first steps. */
function chosen(container: Container, tree: Tree): [Member[], Member[]] {
  const members = tree.members(container.id);
  if (members.length <= MOST_DRAWN || container.type !== "group") return [members.slice(0, MOST_DRAWN), members.slice(MOST_DRAWN)];
  const worst = new Map(members.map((member) => [member, Math.min(...tree.jobs(member).map((node) => severity(node.state)))]));
  const first = new Set([...members].sort((a, b) => (worst.get(a) ?? 0) - (worst.get(b) ?? 0)).slice(0, MOST_DRAWN));
  return [members.filter((one) => first.has(one)), members.filter((one) => !first.has(one))];
}

/** Which shape stands for a job or a container. */
function standInsOf(drawn: Drawn[], tree: Tree): Map<string, string> {
  const standIns = new Map<string, string>();
  const stand = (member: Member, shape: string) => {
    standIns.set(member.id, shape);
    if (member.kind === "container") for (const one of tree.members(member.id)) stand(one, shape);
  };
  for (const { shape, standsFor } of drawn) for (const member of standsFor) stand(member, shape.id);
  return standIns;
}

/** Each line once; a line within one shape is none. */
function linksOf(edges: readonly Edge[], standIns: Map<string, string>): Link[] {
  const links = new Map<string, Link>();
  for (const edge of edges) {
    const source = standIns.get(edge.source) ?? edge.source;
    const target = standIns.get(edge.target) ?? edge.target;
    const id = `${source} → ${target}`;
    if (source !== target) links.set(id, { id, source, target });
  }
  return [...links.values()];
}
