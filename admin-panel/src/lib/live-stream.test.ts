import { beforeEach, describe, expect, it, vi } from "vitest";

import { LiveStream, SILENT_MS, type Source, type StreamListener } from "./live-stream";

const CONNECTING = 0;
const CLOSED = 2;

class FakeSource {
  readyState = CONNECTING;
  closed = false;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  addEventListener = (name: string, listener: (event: unknown) => void) => this.listeners.set(name, listener);
  close = () => (this.closed = true);
  send = (name: string, data = "", lastEventId = "") => this.listeners.get(name)?.({ data, lastEventId });
  fail = (readyState: number) => {
    this.readyState = readyState;
    this.send("error");
  };
}

const heard = () => ({ event: vi.fn(), opened: vi.fn(), refused: vi.fn(), status: vi.fn() }) satisfies StreamListener;

describe("the event stream", () => {
  let sources: FakeSource[];
  let addresses: string[];
  let listener: ReturnType<typeof heard>;
  let stream: LiveStream;
  const newest = () => sources.at(-1) as FakeSource;

  beforeEach(() => {
    vi.useFakeTimers();
    sources = [];
    addresses = [];
    listener = heard();
    stream = new LiveStream("/stream?topics=jobs", listener, (url) => {
      addresses.push(url);
      sources.push(new FakeSource());
      return newest() as unknown as Source;
    });
    stream.start();
  });

  it("hands on events with their data", () => {
    newest().send("job-state", '{"job_id":"1"}');
    newest().send("reset");
    expect(listener.event.mock.calls).toEqual([["job-state", { job_id: "1" }], ["reset", {}]]);
  });

  it("that the browser connects again was replayed, so nothing was missed", () => {
    newest().send("open");
    newest().fail(CONNECTING);
    newest().send("open");
    expect(listener.opened.mock.calls).toEqual([[{ resumed: false }], [{ resumed: true }]]);
    expect(sources).toHaveLength(1);
  });

  it("says nothing about a gap of a moment", () => {
    newest().fail(CONNECTING);
    vi.advanceTimersByTime(1000);
    newest().send("open");
    vi.advanceTimersByTime(5000);
    expect(listener.status).not.toHaveBeenCalledWith("reconnecting");
  });

  it("says that it reconnects when a gap lasts", () => {
    newest().fail(CONNECTING);
    vi.advanceTimersByTime(1600);
    expect(listener.status).toHaveBeenLastCalledWith("reconnecting");
    newest().send("open");
    expect(listener.status).toHaveBeenLastCalledWith("open");
  });

  it("that was refused is opened anew, ever more slowly, and counts as a fresh one", () => {
    newest().send("open");
    newest().fail(CLOSED);
    expect(listener.refused).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(1000);
    expect(sources).toHaveLength(2);
    newest().fail(CLOSED);
    vi.advanceTimersByTime(1000);
    expect(sources).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(sources).toHaveLength(3);
    newest().send("open");
    expect(listener.opened).toHaveBeenLastCalledWith({ resumed: false });
  });

  it("goes on after the last event it saw, also when it is opened anew", () => {
    newest().send("open");
    newest().send("job-state", "{}", "1:7:0");
    newest().fail(CLOSED);
    vi.advanceTimersByTime(1000);
    newest().send("open");
    expect(addresses.at(-1)).toBe("/stream?topics=jobs&after=1%3A7%3A0");
    expect(listener.opened).toHaveBeenLastCalledWith({ resumed: true });
  });

  it("that falls silent is dead: the page says so, and connects again after the last thing it heard", () => {
    newest().send("open");
    for (let beat = 0; beat < 4; beat += 1) {
      vi.advanceTimersByTime(SILENT_MS / 2);
      newest().send("heartbeat", "{}", `1:${beat}:0`);
    }
    expect(sources).toHaveLength(1);
    expect(listener.event).not.toHaveBeenCalled();

    vi.advanceTimersByTime(SILENT_MS);
    expect(sources[0]?.closed).toBe(true);
    expect(listener.status).toHaveBeenLastCalledWith("reconnecting");
    vi.advanceTimersByTime(SILENT_MS);
    expect(sources).toHaveLength(3);
    newest().send("open");
    expect(addresses.at(-1)).toBe("/stream?topics=jobs&after=1%3A3%3A0");
    expect(listener.opened).toHaveBeenLastCalledWith({ resumed: true });
    expect(listener.status).toHaveBeenLastCalledWith("open");
  });

  it("stays closed once it was stopped", () => {
    newest().fail(CLOSED);
    stream.stop();
    vi.advanceTimersByTime(120_000);
    expect(sources).toHaveLength(1);
  });

  it("is opened once however often it is started", () => {
    stream.start();
    expect(sources).toHaveLength(1);
  });
});
