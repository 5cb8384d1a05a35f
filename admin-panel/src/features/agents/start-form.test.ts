import { describe, expect, it } from "vitest";

import { startRules, TEXT_LIMIT, toFormErrors, toStart, type StartValues } from "./start-form";

const values = (overrides: Partial<StartValues> = {}): StartValues => ({
  project_id: "atlas",
  agent_name: "researcher",
  profile: null,
  kind: "text",
  text: "notes",
  documents: [],
  ...overrides,
});
const problem = (given: StartValues) => startRules.text(given.text, given) ?? startRules.documents(given.documents, given);

describe("the context", () => {
  it("may be a text", () => expect(problem(values())).toBeNull());
  it("may not be blank", () => expect(problem(values({ text: " \n" }))).toContain("something to read"));
  it("is measured in bytes, as the server does", () => {
    expect(problem(values({ text: "é".repeat(TEXT_LIMIT / 2) }))).toBeNull();
    expect(problem(values({ text: "é".repeat(TEXT_LIMIT / 2 + 1) }))).toContain("At most");
  });
  it("may be documents, as long as one of them says something", () => {
    expect(problem(values({ kind: "documents", documents: [{ name: "a.md", text: "x" }] }))).toBeNull();
    expect(problem(values({ kind: "documents" }))).toContain("at least one");
    expect(problem(values({ kind: "documents", documents: [{ name: "a.md", text: "" }] }))).toBe("These documents hold no text");
  });
});

it("what is sent holds no profile unless one was chosen", () => {
  expect(toStart(values({ project_id: " atlas " }))).toEqual({ project_id: "atlas", agent_name: "researcher", context: "notes" });
  expect(toStart(values({ profile: "fast" })).profile).toBe("fast");
});

it("the server's word about the context is shown at the field in use", () => {
  expect(toFormErrors({ "context.0.text": "Too long.", project_id: "Closed." }, "documents")).toEqual({ documents: "Too long.", project_id: "Closed." });
});
