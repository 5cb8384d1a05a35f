export type LiveStatus = "connecting" | "open" | "reconnecting";

export type StreamListener = {
  event: (name: string, data: unknown) => void;
  /** `resumed`: the server replayed what was missed. Otherwise anything may have happened meanwhile. */
  opened: (how: { resumed: boolean }) => void;
  /** The server answered something that is no stream; perhaps the session has ended. */
  refused: () => void;
  status: (status: LiveStatus) => void;
};

export type Source = Pick<EventSource, "readyState" | "close" | "addEventListener">;

const EVENTS = ["job-state", "job-progress", "job-log", "agent-state", "workflow-state", "worker-online", "worker-offline", "alert-worker", "reset"];
const HEARTBEAT = "heartbeat"; // of the server, every 15 s
/** A network that went away, or a server that stands still, is no error to a browser: it waits for minutes. */
export const SILENT_MS = 40_000;
const CLOSED = 2;
const BACK_OFF_MS = [1000, 2000, 5000, 10_000];
// The server ends each stream after some minutes on purpose; a gap this short is not worth a word.
const NOTE_AFTER_MS = 1500;

/** One EventSource kept alive. It knows no queries and no React. */
export class LiveStream {
  private source: Source | null = null;
  private opens = 0;
  private lastId = "";
  private failures = 0;
  private retryTimer?: ReturnType<typeof setTimeout>;
  private noteTimer?: ReturnType<typeof setTimeout>;
  private silenceTimer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly url: string,
    private readonly listener: StreamListener,
    private readonly connect: (url: string) => Source = (url) => new EventSource(url),
  ) {}

  start(): void {
    if (this.source) return;
    const source = this.connect(this.address());
    this.source = source;
    this.opens = 0;
    source.addEventListener("open", () => this.onOpen());
    source.addEventListener("error", () => this.onError(source));
    for (const name of [...EVENTS, HEARTBEAT]) source.addEventListener(name, (event) => this.onEvent(name, event as MessageEvent<string>));
    this.listenForSilence();
  }

  stop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.noteTimer);
    this.noteTimer = undefined;
    this.hangUp();
  }

  private hangUp(): void {
    clearTimeout(this.silenceTimer);
    this.source?.close();
    this.source = null;
  }

  private listenForSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      this.listener.status("reconnecting");
      this.hangUp();
      this.start();
    }, SILENT_MS);
  }

  /** The browser sends Last-Event-ID when the same EventSource connects again; a new one says it in its address. */
  private address(): string {
    return this.lastId ? `${this.url}&after=${encodeURIComponent(this.lastId)}` : this.url;
  }

  private onOpen(): void {
    clearTimeout(this.noteTimer);
    this.noteTimer = undefined;
    this.failures = 0;
    this.opens += 1;
    this.listenForSilence();
    this.listener.status("open");
    this.listener.opened({ resumed: this.opens > 1 || this.lastId !== "" });
  }

  private onError(source: Source): void {
    this.noteTimer ??= setTimeout(() => this.listener.status("reconnecting"), NOTE_AFTER_MS);
    if (source.readyState !== CLOSED) return; // The browser tries again by itself.
    this.hangUp();
    this.listener.refused();
    this.retryTimer = setTimeout(() => this.start(), BACK_OFF_MS[Math.min(this.failures++, BACK_OFF_MS.length - 1)]);
  }

  private onEvent(name: string, event: MessageEvent<string>): void {
    this.lastId = event.lastEventId || this.lastId;
    this.listenForSilence();
    if (name !== HEARTBEAT) this.listener.event(name, event.data ? JSON.parse(event.data) : {});
  }
}
