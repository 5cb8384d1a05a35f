
import { Icon, type IconName } from "./icon";
import classes from "./state-badge.module.css";

import type { JobState } from "@/lib/jobs";

type AgentState = "initializing" | "ready" | "failed";
type WorkerState = "alive" | "worker_quiet" | "stopped" | "worker_lost";
type QueueState = "open" | "draining" | "paused";
type OrderState = "order_waiting" | "order_taken" | "order_done" | "order_refused" | "order_missed";
type LetterState = "letter_open" | "letter_waits" | "letter_redriven" | "letter_discarded" | "letter_resolved";
type FindingState = "finding_ok" | "finding_note" | "finding_warning" | "finding_error";
type Outcome = "succeeded" | "failed" | "retried" | "lost" | "cancelled" | "given_back" | "timed_out";
type Tone = "quiet" | "planned" | "busy" | "care" | "person" | "good" | "bad";
type Look = { word: string; icon: IconName; tone: Tone; dashed?: boolean; spins?: boolean };

// Three ways to tell a state: the word, the shape, and the colour as the least of them.
const LOOKS: Record<JobState | AgentState | Outcome | WorkerState | QueueState | OrderState | FindingState | LetterState, Look> = {
  waiting: { word: "Waiting", icon: "waiting", tone: "quiet", dashed: true },
  scheduled: { word: "Scheduled", icon: "clock", tone: "planned" },
  queued: { word: "Queued", icon: "queued", tone: "planned" },
  running: { word: "Running", icon: "running", tone: "busy", spins: true },
  retrying: { word: "Retrying", icon: "retry", tone: "care" },
  waiting_approval: { word: "Needs approval", icon: "hand", tone: "person" },
  succeeded: { word: "Succeeded", icon: "check", tone: "good" },
  failed: { word: "Failed", icon: "close", tone: "bad" },
  cancelled: { word: "Cancelled", icon: "cancel", tone: "quiet" },
  initializing: { word: "Initializing", icon: "running", tone: "busy", spins: true },
  retried: { word: "Retried", icon: "retry", tone: "care" },
  lost: { word: "Worker lost", icon: "alert", tone: "bad" },
  given_back: { word: "Given back", icon: "back", tone: "quiet" },
  timed_out: { word: "Timed out", icon: "clock", tone: "bad" },
  alive: { word: "Alive", icon: "check", tone: "good" },
  worker_quiet: { word: "Quiet", icon: "hand", tone: "care" },
  stopped: { word: "Stopped", icon: "cancel", tone: "quiet" },
  worker_lost: { word: "Lost", icon: "alert", tone: "bad" },
  open: { word: "Open", icon: "check", tone: "good" },
  draining: { word: "Draining", icon: "filter", tone: "care" },
  paused: { word: "Paused", icon: "hand", tone: "care" },
  order_waiting: { word: "Given", icon: "waiting", tone: "quiet", dashed: true },
  order_taken: { word: "Under way", icon: "running", tone: "busy", spins: true },
  order_done: { word: "Done", icon: "check", tone: "good" },
  order_refused: { word: "Refused", icon: "cancel", tone: "care" },
  order_missed: { word: "Missed", icon: "close", tone: "quiet" },
  finding_ok: { word: "Sound", icon: "check", tone: "good" },
  finding_note: { word: "Note", icon: "definitions", tone: "quiet" },
  finding_warning: { word: "Warning", icon: "alert", tone: "care" },
  finding_error: { word: "Error", icon: "close", tone: "bad" },
  letter_open: { word: "Open", icon: "inbox", tone: "care" },
  letter_waits: { word: "Runs again by itself", icon: "clock", tone: "planned" },
  letter_redriven: { word: "Run again", icon: "retry", tone: "quiet" },
  letter_discarded: { word: "Discarded", icon: "trash", tone: "quiet" },
  letter_resolved: { word: "Resolved", icon: "check", tone: "good" },
  ready: { word: "Ready", icon: "check", tone: "good" },
};

const lookOf = (state: string): Look =>
  (LOOKS as Partial<Record<string, Look>>)[state] ?? { word: state, icon: "waiting", tone: "quiet" };

export const stateWord = (state: string): string => lookOf(state).word;

// A string, so that a server which is newer than this page can say something new.
type StateBadgeProps = { state: string; note?: string; past?: boolean };

/** `past`: it was so at the time; nothing moves. */
export function StateBadge({ state, note, past = false }: StateBadgeProps) {
  const { word, icon, tone, dashed, spins } = lookOf(state);
  return (
    <span className={classes.badge} data-tone={tone} data-state={state}>
      <Icon name={icon} size={14} dashed={dashed} className={spins && !past ? classes.spins : undefined} />
      {word}
      {note && <span className={classes.note}>{note}</span>}
    </span>
  );
}
