import classes from "./live-note.module.css";

import type { LiveStatus } from "@/lib/live-stream";


/** Says that what is shown may be a little old. Nothing is lost: the stream is replayed, or all is loaded again. */
export function LiveNote({ status }: { status: LiveStatus }) {
  return (
    <div role="status" className={classes.place}>
      {status === "reconnecting" && <span className={classes.note}>Reconnecting…</span>}
    </div>
  );
}
