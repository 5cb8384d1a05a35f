import { gzipSync } from "node:zlib";

import type { Plugin, Rollup } from "vite";

/** What a page's first load may weigh: kB of JavaScript, as it travels (gzip). */
export const LIMIT_KB = 250;

type Chunk = Pick<Rollup.OutputChunk, "code" | "fileName" | "imports" | "isEntry" | "moduleIds">;

/** The chunks that must have come before a page can be drawn: the entry, those of its modules, and all that they import. */
export function firstLoad(chunks: readonly Chunk[], modules: readonly string[]): Chunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<Chunk>();
  const add = (chunk: Chunk | undefined) => {
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    chunk.imports.forEach((name) => add(byName.get(name)));
  };
  [...chunks.filter(({ isEntry }) => isEntry), ...modules.map((module) => holderOf(chunks, module))].forEach(add);
  return [...found];
}

function holderOf(chunks: readonly Chunk[], module: string): Chunk {
  const holder = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
  if (!holder) throw new Error(`${module} is in no chunk of the build: has it moved?`);
  return holder;
}

export const weightKb = (chunks: readonly Chunk[]): number =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0) / 1000;

/** Fails the build when one of these pages, each given by the modules that draw it, would keep people waiting. */
export function budget(pages: Record<string, readonly string[]>): Plugin {
  return {
    name: "first-load",
    apply: "build",
    writeBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
      const weights = Object.entries(pages).map(([page, modules]) => `${page} ${weightKb(firstLoad(chunks, modules)).toFixed(0)}`);
      this.info(`${weights.join(", ")}; at most ${LIMIT_KB} kB of JavaScript, gzipped`);
      const heavy = weights.filter((weight) => Number(weight.split(" ").at(-1)) > LIMIT_KB);
      if (heavy.length > 0) this.error(`Too heavy: ${heavy.join(", ")} kB. Import lazily what the first paint can do without.`);
    },
  };
}
