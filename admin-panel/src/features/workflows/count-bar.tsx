import { progressOf, statesOf, totalOf } from "./counts";
import classes from "./count-bar.module.css";

import { stateWord } from "@/components/state-badge";
import { count } from "@/lib/format";
import type { Counts } from "@/lib/workflows";

/** How many jobs are in which state: a bar, and the same in words. */
export function CountBar({ counts }: { counts: Counts }) {
  const states = statesOf(counts);
  const words = states.map((state) => `${count(counts[state] ?? 0)} ${stateWord(state).toLowerCase()}`).join(" · ");
  return (
    <div className={classes.counts}>
      <div className={classes.bar} aria-hidden="true">
        {progressOf(counts).map((state) => <span key={state} className={classes.part} data-state={state} style={{ flexGrow: (counts[state] ?? 0) / totalOf(counts) }} />)}
      </div>
      <span className={classes.words} title={words}>{words || "no jobs"}</span>
    </div>
  );
}
