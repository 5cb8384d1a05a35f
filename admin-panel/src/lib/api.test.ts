import { afterEach, describe, expect, it, vi } from "vitest";

import { client, unwrap } from "./api";
import { ApiError, Unreachable } from "./errors";

const answer = (status: number, body: string | null, type = "application/json") =>
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, { status, headers: { "content-type": type } }));

const me = () => unwrap(client.GET("/api/auth/me"));
const failure = (call: Promise<unknown>) => call.then(() => null, (error: unknown) => error as ApiError);

afterEach(() => vi.restoreAllMocks());

describe("a call to the API", () => {
  it("gives the body of a good answer", async () => {
    answer(200, '{"username":"ada","role":"admin","via":"session"}');
    expect(await me()).toEqual({ username: "ada", role: "admin", via: "session" });
  });

  it("turns a problem into an error with the server's own sentence and fields", async () => {
    answer(422, '{"detail":"Not valid.","code":"Invalid","errors":[{"field":"name","message":"Taken."}]}', "application/problem+json");
    expect(await failure(me())).toMatchObject({ status: 422, code: "Invalid", message: "Not valid.", fields: [{ field: "name", message: "Taken." }] });
  });

  it("does not show the page that a proxy answers when the API is down", async () => {
    answer(502, "<html>Bad Gateway</html>", "text/html");
    const error = await failure(me());
    expect(error?.status).toBe(502);
    expect(error?.message).not.toContain("<");
  });

  it("refuses a page that was answered with 200 in place of JSON", async () => {
    answer(200, "<!doctype html>", "text/html");
    expect(await failure(me())).toBeInstanceOf(ApiError);
  });

  it("says that nobody answered when the network is away", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
    expect(await failure(me())).toBeInstanceOf(Unreachable);
  });

  it("accepts an answer without a body", async () => {
    answer(204, null);
    await expect(unwrap(client.POST("/api/auth/logout"))).resolves.toBeUndefined();
  });

  it("repeats a parameter that has several values", async () => {
    const spy = answer(200, '{"items":[],"next_cursor":null}');
    await unwrap(client.GET("/api/jobs", { params: { query: { state: ["running", "queued"] } } }));
    expect((spy.mock.calls[0]?.[0] as Request).url).toContain("state=running&state=queued");
  });
});
