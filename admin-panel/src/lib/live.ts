import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { LiveCache } from "./live-cache";
import { LiveStream, type LiveStatus } from "./live-stream";
import { meQuery } from "./session";

// One connection for the whole panel, opened once: pages come and go without a gap in which an event could be missed.
const URL = "/api/stream?topics=jobs,agents,workers,alerts";
// Browsers allow six connections to a host over HTTP/1.1; tabs that nobody looks at give theirs back.
const HIDDEN_LIMIT_MS = 60_000;

/** Keeps the query cache true while somebody looks. Mounted once, by the layout; screens never know about events. */
export function useLive(): LiveStatus {
  const cache = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>("connecting");

  useEffect(() => {
    const sink = new LiveCache(cache);
    const stream = new LiveStream(URL, {
      status: setStatus,
      event: (name, data) => sink.take(name, data),
      opened: ({ resumed }) => resumed || sink.reload(),
      refused: () => void cache.invalidateQueries({ queryKey: meQuery.queryKey }),
    });
    stream.start();
    const unwatch = whileVisible({ shown: () => stream.start(), hidden: () => stream.stop() });
    return () => {
      unwatch();
      stream.stop();
      sink.stop();
    };
  }, [cache]);

  return status;
}

function whileVisible({ shown, hidden }: { shown: () => void; hidden: () => void }): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onChange = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") shown();
    else timer = setTimeout(hidden, HIDDEN_LIMIT_MS);
  };
  document.addEventListener("visibilitychange", onChange);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onChange);
  };
}
