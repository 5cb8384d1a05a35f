import { expect, it } from "vitest";

import { firstLoad, weightKb } from "./budget";

const chunk = (fileName: string, imports: string[] = [], isEntry = false) => ({ code: fileName.repeat(10), fileName, imports, isEntry, moduleIds: [`/src/${fileName}x`] });

const chunks = [chunk("main.ts", ["shared.ts"], true), chunk("shared.ts"), chunk("page.ts", ["shared.ts", "table.ts"]), chunk("table.ts", ["page.ts"]), chunk("other.ts")];

it("counts the entry, the page and what both import, each once, and nothing that comes later", () => {
  expect(firstLoad(chunks, ["page.tsx"]).map(({ fileName }) => fileName)).toEqual(["main.ts", "shared.ts", "page.ts", "table.ts"]);
});

it("weighs what travels", () => {
  const one = chunk("a.ts");
  expect(weightKb([one, one])).toBeCloseTo(2 * weightKb([one]));
  expect(weightKb([{ ...one, code: "a".repeat(10_000) }])).toBeLessThan(1);
});

it("does not pass a page over that it cannot find", () => {
  expect(() => firstLoad(chunks, ["moved.tsx"])).toThrow("moved.tsx");
});
