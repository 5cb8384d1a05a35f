import { describe, expect, it } from "vitest";

import { startRules, TEXT_LIMIT, toFormErrors, toStart, type StartValues } from "./start-form";

import { ApiError } from "@/lib/errors";

const values = (overrides: Partial<StartValues> = {}): StartValues => ({
  project_id: "atlas",
  agent_name: "researcher",
  profile: null,
  kind: "text",
  text: "notes",
  documents: [],
  webhook_url: "",
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
  expect(toStart(values({ webhook_url: " https://x.example " })).webhook_url).toBe("https://x.example");
});

it("the server's word about the context is shown at the field in use", () => {
  const refused = new ApiError(422, "InvalidPayload", "No.", [{ field: "body.context.0.text", message: "Too long." }, { field: "body.project_id", message: "Closed." }]);
  expect(toFormErrors(refused, "documents")).toEqual({ documents: "Too long.", project_id: "Closed." });
});

it("a name that the server does not know is shown at its field, and what concerns no field at none", () => {
  expect(toFormErrors(new ApiError(404, "UnknownDefinition", "There is none."), "text")).toEqual({ agent_name: "There is none." });
  expect(toFormErrors(new ApiError(422, "Invalid", "No.", [{ field: "body", message: "No." }]), "text")).toEqual({});
});
