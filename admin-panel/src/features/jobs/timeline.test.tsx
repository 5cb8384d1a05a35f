import { fireEvent, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { JobEvent } from "./api";
import { Events } from "./timeline";

import { draw } from "@/testing/render";

const story = (length: number): JobEvent[] =>
  Array.from({ length }, (_, place) => ({ at: new Date(place * 1000), kind: "noted", state: null, attempt: null, message: `event ${place + 1}` }) as JobEvent);

it("shows the beginning and the end of a long story, and the rest to whoever asks", () => {
  draw(<Events events={story(41)} />);
  expect(screen.getAllByRole("listitem")).toHaveLength(15);
  expect(screen.getByText("event 41")).toBeTruthy();
  expect(screen.queryByText("event 20")).toBeNull();

  fireEvent.click(screen.getByRole("button", { name: "Show 26 more" }));

  expect(screen.getAllByRole("listitem")).toHaveLength(41);
});

it("folds nothing that is short", () => {
  draw(<Events events={story(16)} />);
  expect(screen.getAllByRole("listitem")).toHaveLength(16);
});
