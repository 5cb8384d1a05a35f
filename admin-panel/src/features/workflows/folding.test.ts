import { describe, expect, it } from "vitest";

import { fold, FOLDED_ABOVE, MOST_DRAWN, type Opened } from "./folding";

import type { JobState } from "@/lib/jobs";
import { chain, group, jobs, workflowOf } from "@/testing/workflows";

type Root = Parameters<typeof workflowOf>[0];

const BY_ITSELF: Opened = new Map();
const opened = (...ids: string[]): Opened => new Map(ids.map((id) => [id, true]));
const linksOf = (root: Root, by = BY_ITSELF) => fold(workflowOf(root), by).links.map(({ id }) => id);
const shapesOf = (root: Root, by = BY_ITSELF) => fold(workflowOf(root), by).shapes.map(({ id }) => id);
const many = (number: number, state: JobState = "succeeded") => Array.from({ length: number }, (_, index) => ({ key: `j${index}`, state }));

describe("the lines", () => {
  it("of a chain go from step to step", () => {
    expect(linksOf(chain("all", ...jobs("a", "b", "c")))).toEqual(["a → b", "b → c"]);
  });

  it("between two groups meet in one dot, so that they stay few", () => {
    const root = chain("all", group("one", ...jobs("a", "b")), group("two", ...jobs("c", "d")));
    expect(linksOf(root)).toEqual(["a → one", "b → one", "one → c", "one → d"]);
    expect(shapesOf(root)).toEqual(["a", "b", "c", "d", "one"]);
  });

  it("leave a chain within a group at its last step", () => {
    const root = chain("all", group("side", chain("left", ...jobs("a", "b")), ...jobs("c")), ...jobs("d"));
    expect(linksOf(root)).toEqual(["a → b", "b → side", "c → side", "side → d"]);
  });
});

describe("a large group", () => {
  it("is one box that counts its jobs", () => {
    const root = chain("all", ...jobs("first"), group("crowd", ...many(FOLDED_ABOVE + 1)), ...jobs("last"));
    const { shapes, links } = fold(workflowOf(root), BY_ITSELF);
    expect(shapes).toMatchObject([{ id: "first" }, { kind: "bundle", id: "crowd", counts: { succeeded: FOLDED_ABOVE + 1 } }, { id: "last" }]);
    expect(links.map(({ id }) => id)).toEqual(["first → crowd", "crowd → last"]);
  });

  it("shows its jobs when somebody opens it, those that need a look first, and a box for the others", () => {
    const members = many(MOST_DRAWN + 5);
    members[MOST_DRAWN + 3] = { key: "broken", state: "failed" };
    const shapes = shapesOf(group("crowd", ...members), opened("crowd"));
    expect(shapes).toHaveLength(MOST_DRAWN + 1);
    expect(shapes).toContain("broken");
    expect(shapes.at(-1)).toBe("rest of crowd");
  });

  it("that somebody opened leaves what is around it open", () => {
    const root = chain("all", group("crowd", ...many(FOLDED_ABOVE + 1)), ...jobs("last"));
    expect(shapesOf(root, opened("crowd"))).toHaveLength(FOLDED_ABOVE + 3); // and the dot in which its lines meet
  });

  it("of small groups that are many together is one box", () => {
    const halves = ["one", "two"].map((name) => group(name, ...jobs(...many(FOLDED_ABOVE / 2 + 1).map(({ key }) => name + key))));
    expect(shapesOf(group("crowd", ...halves))).toEqual(["crowd"]);
  });

  it("of ten thousand jobs is one box as well", () => {
    expect(shapesOf(group("crowd", ...many(10_000)))).toEqual(["crowd"]);
  });
});

it("a long chain that somebody opened shows its first steps", () => {
  const { shapes, links } = fold(workflowOf(chain("all", ...many(MOST_DRAWN + 2, "waiting"))), opened("all"));
  expect(shapes.map(({ id }) => id).slice(-2)).toEqual([`j${MOST_DRAWN - 1}`, "rest of all"]);
  expect(links.at(-1)).toMatchObject({ source: `j${MOST_DRAWN - 1}`, target: "rest of all" });
});

it("what somebody closed is one box", () => {
  const root = chain("all", group("side", ...jobs("a", "b")), ...jobs("c"));
  expect(shapesOf(root, new Map([["side", false]]))).toEqual(["side", "c"]);
});
