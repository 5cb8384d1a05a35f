import { describe, expect, it } from "vitest";

import { bytes, money, plural } from "./format";
import { duration, timeAgo } from "./time";

describe("money", () => {
  it.each([
    [null, "unpriced"],
    [0, "$0"],
    [36, "$0.000036"],
    [41_200, "$0.0412"],
    [12_345_678, "$12.35"],
  ])("%s micro-dollars read %s", (micro, words) => expect(money(micro)).toBe(words));
});

describe("times", () => {
  const now = new Date("2026-01-02T12:00:00Z");
  const before = (seconds: number) => timeAgo(new Date(now.getTime() - seconds * 1000), now);

  it("are told from now", () => {
    expect(before(2)).toBe("just now");
    expect(before(42)).toBe("42s ago");
    expect(before(3600 * 5)).toBe("5h ago");
    expect(before(-90)).toBe("in 1m");
    expect(before(86_400 * 30)).toBe("Dec 3, 2025");
  });

  it.each([[-5, "0 ms"], [850, "850 ms"], [12_300, "12.3 s"], [75_000, "1 m 15 s"], [3_900_000, "1 h 5 m"]])("%s ms took %s", (ms, words) =>
    expect(duration(ms)).toBe(words));
});

it("counts and sizes are words", () => {
  expect(plural(1, "chunk")).toBe("1 chunk");
  expect(plural(1200, "chunk")).toBe("1,200 chunks");
  expect(bytes(262_144)).toBe("256 KiB");
  expect(bytes(1_600_000)).toBe("1.5 MiB");
});
