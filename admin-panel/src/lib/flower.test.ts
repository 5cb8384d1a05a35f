import { describe, expect, it } from "vitest";

import { jobAt, placeInFlower, taskPlace } from "./flower";

describe("a place within Flower", () => {
  it.each(["task/0198-ab", "workers", "worker/agents@host", "tasks?state=FAILURE", "broker"])("takes %s", (place) => {
    expect(placeInFlower(place)).toBe(place);
  });

  it.each(["//evil.example", "/workers", "https://evil.example", "javascript:alert(1)", "../api", "task/../../x", "a\\b", "", 7, undefined])("drops %s", (place) => {
    expect(placeInFlower(place)).toBeUndefined();
  });

  it("knows the job that a task is", () => {
    expect(jobAt(taskPlace("0198-ab"))).toBe("0198-ab");
    expect(jobAt("tasks")).toBeUndefined();
    expect(jobAt(undefined)).toBeUndefined();
  });
});
