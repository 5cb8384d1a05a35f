import { expect, it } from "vitest";

import { summary } from "./bulk";

it("tells what happened, and each reason once", () => {
  expect(summary("cancel", { done: 3, stopping: 1, refused: ["It has ended.", "It has ended."] })).toEqual([
    "3 cancelled",
    "1 will stop at their next checkpoint",
    "2 left as they are: It has ended.",
  ]);
  expect(summary("retry", { done: 2, stopping: 0, refused: [] })).toEqual(["2 run again"]);
});
