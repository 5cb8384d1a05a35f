import { beforeEach, expect, it } from "vitest";

import { focusPage, focusSearch, stepThroughRows } from "./places";

const focused = () => document.activeElement?.id;

beforeEach(() => {
  document.body.innerHTML = `
    <input data-search id="elsewhere" />
    <main id="content" tabindex="-1"><h1 id="title">Jobs</h1><input data-search id="search" />
      <a data-row href="#1" id="first">1</a><a data-row href="#2" id="second">2</a>
    </main>`;
});

it("leads to the page's own search", () => {
  focusSearch();
  expect(focused()).toBe("search");
});

it("steps from row to row, and stays at either end", () => {
  const seen = ([1, 1, 1, -1, -1] as const).map((by) => {
    stepThroughRows(by);
    return focused();
  });
  expect(seen).toEqual(["first", "second", "second", "first", "first"]);
});

it("focuses the heading of a new page, unless a field of it already has the focus", () => {
  document.getElementById("elsewhere")?.focus();
  focusPage();
  expect(focused()).toBe("title");

  document.getElementById("search")?.focus();
  focusPage();
  expect(focused()).toBe("search");
});

it("focuses the page itself when it has no heading", () => {
  document.getElementById("title")?.remove();
  focusPage();
  expect(focused()).toBe("content");
});
