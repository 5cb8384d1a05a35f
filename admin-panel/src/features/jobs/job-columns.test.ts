import { expect, it } from "vitest";

import { DEFAULT_COLUMNS, fitting } from "./job-columns";

const names = (width: number, how: { card?: boolean; chosenByHand?: boolean } = {}) =>
  fitting(DEFAULT_COLUMNS, { width, card: false, chosenByHand: false, ...how }).map((column) => column.id);

it("shows all columns where there is room", () => expect(names(1400)).toEqual(DEFAULT_COLUMNS));

it("drops what matters least first, and never state and task", () => {
  expect(names(820)).not.toContain("queue");
  expect(names(100)).toEqual(["state", "task"]);
});

it("what somebody chose is squeezed before any of it goes", () => {
  expect(names(900)).not.toEqual(DEFAULT_COLUMNS);
  expect(names(900, { chosenByHand: true })).toEqual(DEFAULT_COLUMNS);
});

it("a card shows what fits on a card", () => {
  expect(names(360, { card: true })).toEqual(["state", "task", "happening", "created"]);
});
