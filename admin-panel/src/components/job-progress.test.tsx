import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { JobProgress } from "./job-progress";

import { job } from "@/testing/factories";
import { draw } from "@/testing/render";


const steps = () => screen.getAllByRole("listitem").map((step) => step.getAttribute("data-state"));

describe("the steps of an initialization", () => {
  it("are done, in progress and to come while it runs", () => {
    draw(<JobProgress job={job.running()} />);
    expect(steps()).toEqual(["done", "now", "ahead", "ahead"]);
  });

  it("are all done when it succeeded, whatever was reported last", () => {
    draw(<JobProgress job={job.succeeded({ progress: { step: "brief", done: 1, total: 1, message: null } })} />);
    expect(steps()).toEqual(["done", "done", "done", "done"]);
  });

  it("show where it failed", () => {
    draw(<JobProgress job={job.failed({ progress: { step: "brief", done: null, total: null, message: null } })} />);
    expect(steps()).toEqual(["done", "done", "failed", "ahead"]);
  });
});

it("a task whose steps are not known names the one in hand", () => {
  draw(<JobProgress job={job.running({ task: "ping", progress: { step: "sleep", done: 1, total: 2, message: null } })} />);
  expect(screen.getByText("sleep")).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
});
