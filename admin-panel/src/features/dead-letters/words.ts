import type { Cause, LetterState } from "@/lib/dead-letters";

export const CAUSE_WORDS: Record<Cause, string> = {
  permanent: "Permanent error",
  transient: "Passing error",
  timeout: "Time limit",
  poison: "Killed its workers",
  invalid: "Invalid payload",
  unknown_task: "Unknown task",
  unreadable: "Unreadable message",
  not_json: "Not JSON",
  undelivered: "Given up by the broker",
};

export const STATE_WORDS: Record<LetterState, string> = { open: "Open", redriven: "Run again", discarded: "Discarded", resolved: "Resolved" };
