import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { Job } from "@/lib/jobs";

export type Selection = {
  ids: ReadonlySet<string>;
  /** Not only what is loaded: everything that the filter finds. */
  all: boolean;
  toggle: (id: string, range: boolean) => void;
  toggleLoaded: () => void;
  selectAll: () => void;
  clear: () => void;
};

/** Which rows are picked. With shift, a pick reaches from the one before it to this one. */
export function useSelection(jobs: Job[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const anchor = useRef<string | null>(null);
  const loaded = useRef(jobs);
  useEffect(() => {
    loaded.current = jobs;
  }, [jobs]);

  const clear = useCallback(() => {
    setIds(new Set());
    setAll(false);
  }, []);
  const toggle = useCallback((id: string, range: boolean) => {
    const from = range ? anchor.current : null;
    anchor.current = id;
    setAll(false);
    setIds((now) => {
      const next = new Set(now);
      const on = !now.has(id);
      for (const one of between(loaded.current, from ?? id, id)) if (on) next.add(one); else next.delete(one);
      return next;
    });
  }, []);
  const toggleLoaded = useCallback(() => {
    setAll(false);
    setIds((now) => (now.size > 0 ? new Set() : new Set(loaded.current.map((job) => job.id))));
  }, []);
  const selectAll = useCallback(() => setAll(true), []);
  return useMemo(() => ({ ids, all, toggle, toggleLoaded, selectAll, clear }), [ids, all, toggle, toggleLoaded, selectAll, clear]);
}

export function between(jobs: { id: string }[], from: string, to: string): string[] {
  const places = [from, to].map((id) => jobs.findIndex((job) => job.id === id));
  if (places.includes(-1)) return [to];
  return jobs.slice(Math.min(...places), Math.max(...places) + 1).map((job) => job.id);
}
