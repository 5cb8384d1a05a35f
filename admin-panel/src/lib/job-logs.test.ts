import { expect, it } from "vitest";

import { withLines, type Level, type LogHint, type LogLine } from "./job-logs";
import type { Pages } from "./pages";

const wire = (number: number, level: Level = "info", attempt = 1) =>
  ({ attempt, number, level, at: "2026-01-02T03:04:05Z", logger: "job", message: `line ${number}`, fields: null });

const hint = (first: number, last: number, attempt = 1, level: Level = "info"): LogHint => ({
  job_id: "a", attempt, first, last,
  lines: Array.from({ length: last - first + 1 }, (_, index) => wire(first + index, level, attempt)),
});

const EMPTY: Pages<LogLine> = { pages: [{ items: [], nextCursor: null }], pageParams: [null] };

const numbers = (log: Pages<LogLine> | null) => log?.pages.flatMap((page) => page.items.map((line) => `${line.attempt}:${line.number}`));
const after = (...hints: LogHint[]) => hints.reduce<Pages<LogLine> | null>((log, one) => log && withLines(log, one, null), EMPTY);

it("lines that follow are put at the end, which is the top of the newest page", () => {
  expect(numbers(after(hint(1, 2), hint(3, 3)))).toEqual(["1:3", "1:2", "1:1"]);
});

it("lines that are there already are passed over", () => {
  expect(numbers(after(hint(1, 2), hint(1, 2), hint(2, 3)))).toEqual(["1:3", "1:2", "1:1"]);
});

it("a gap must be read", () => {
  expect(after(hint(1, 2), hint(5, 6))).toBeNull();
  expect(after(hint(3, 4))).toBeNull();
  expect(after({ ...hint(1, 2), lines: null })).toBeNull();
});

it("the next attempt begins at its first line", () => {
  expect(numbers(after(hint(1, 1), hint(1, 2, 2)))).toEqual(["2:2", "2:1", "1:1"]);
  expect(after(hint(1, 1), hint(2, 2, 2))).toBeNull();
});

it("a log of errors takes errors only", () => {
  const once = withLines(EMPTY, hint(1, 2), "error");
  expect(numbers(once)).toEqual([]);
  expect(numbers(once && withLines(once, hint(1, 1, 1, "critical"), "error"))).toEqual(["1:1"]);
});
