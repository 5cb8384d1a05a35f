import { describe, expect, it } from "vitest";

import { byBeginning, marksOf, piecesOf, spanOf } from "./span";

import { jobs, workflowOf, group } from "@/testing/workflows";

const START = new Date("2026-01-02T03:04:05Z").getTime();
const at = (seconds: number) => new Date(START + seconds * 1000);
const SPAN = { from: START, to: START + 100_000 };
const [node] = workflowOf(group("all", ...jobs("a"))).nodes;
if (!node) throw new Error("a workflow of one job has one");

describe("a job's row", () => {
  it("has its wait before its run", () => {
    const pieces = piecesOf({ ...node, queuedAt: at(10), startedAt: at(25), endedAt: at(75) }, SPAN);
    expect(pieces).toEqual({ waited: { left: 10, width: 15 }, ran: { left: 25, width: 50 } });
  });

  it("grows until now while it runs", () => {
    expect(piecesOf({ ...node, queuedAt: at(0), startedAt: at(60) }, SPAN).ran).toEqual({ left: 60, width: 40 });
  });

  it("is a wait alone for what was cancelled in the queue", () => {
    expect(piecesOf({ ...node, queuedAt: at(20), endedAt: at(30) }, SPAN)).toEqual({ waited: { left: 20, width: 10 }, ran: null });
  });

  it("is empty for what waits for others", () => {
    expect(piecesOf(node, SPAN)).toEqual({ waited: null, ran: null });
  });
});

it("the rows stand in the order in which things began", () => {
  const rows = [{ ...node, key: "never" }, { ...node, key: "second", startedAt: at(9) }, { ...node, key: "first", queuedAt: at(2) }];
  expect(byBeginning(rows).map(({ key }) => key)).toEqual(["first", "second", "never"]);
});

describe("the axis", () => {
  it.each([[5, 8, 1], [60, 8, 10], [3_600, 8, 600], [86_400, 8, 14_400]])("of %i seconds has at most %i marks after its beginning, %i s apart", (length, most, step) => {
    const marks = marksOf({ from: 0, to: length * 1000 }, most);
    expect(marks.length - 1).toBeLessThanOrEqual(most);
    expect((marks[1] ?? 0) / 1000).toBe(step);
  });

  it("begins with the workflow and ends with it, or now", () => {
    const workflow = { createdAt: at(0), endedAt: null };
    expect(spanOf(workflow, at(30).getTime())).toEqual({ from: START, to: START + 30_000 });
    expect(spanOf({ ...workflow, endedAt: at(7) }, at(30).getTime()).to).toBe(START + 7_000);
  });
});
