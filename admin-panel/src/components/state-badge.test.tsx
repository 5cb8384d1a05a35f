import type { ReactElement } from "react";
import { describe, expect, it } from "vitest";

import { StateBadge, stateWord } from "./state-badge";

import { JOB_STATES } from "@/lib/jobs";
import { draw } from "@/testing/render";


const badge = (element: ReactElement) => draw(element).container.querySelector("[data-state]") as HTMLElement;

const shapeOf = (state: string) => {
  const icon = badge(<StateBadge state={state} />).querySelector("svg");
  return `${icon?.innerHTML}${icon?.getAttribute("stroke-dasharray")}`;
};

describe("the badge of a state", () => {
  it.each(JOB_STATES)("says %s in words and hides its icon from screen readers", (state) => {
    const drawn = badge(<StateBadge state={state} />);
    expect(drawn.textContent).toBe(stateWord(state));
    expect(drawn.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
  });

  it("has another shape for every state, so that colour is not needed to tell them apart", () => {
    expect(new Set(JOB_STATES.map(shapeOf)).size).toBe(JOB_STATES.length);
  });

  it("adds a note", () => {
    expect(badge(<StateBadge state="running" note="try 2" />).textContent).toContain("try 2");
  });

  it("shows a state that a newer server has invented", () => {
    expect(badge(<StateBadge state="dreaming" />).textContent).toBe("dreaming");
  });
});
