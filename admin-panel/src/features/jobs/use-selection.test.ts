import { expect, it } from "vitest";

import { between } from "./use-selection";

const jobs = ["a", "b", "c", "d"].map((id) => ({ id }));

it("a range runs both ways and includes both ends", () => {
  expect(between(jobs, "b", "d")).toEqual(["b", "c", "d"]);
  expect(between(jobs, "d", "b")).toEqual(["b", "c", "d"]);
});

it("an end that has left the list makes no range", () => expect(between(jobs, "gone", "c")).toEqual(["c"]));
