import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { HiddenNote } from "./hidden-note";

import { job } from "@/testing/factories";
import { draw } from "@/testing/render";


it("a viewer is told how many secret fields are hidden, and which", () => {
  draw(<HiddenNote job={job.succeeded({ hidden: ["payload.account.password", "payload.keys.aws", "result.cookie"] })} of="payload" />);
  expect(screen.getByText("2 secret fields hidden from viewers").title).toBe("payload.account.password, payload.keys.aws");
});

it("nothing is said to those who see everything", () => {
  draw(<HiddenNote job={job.succeeded()} of="result" />);
  expect(screen.queryByText(/hidden from viewers/)).toBeNull();
});
