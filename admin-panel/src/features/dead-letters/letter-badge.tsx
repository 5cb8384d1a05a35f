import { StateBadge } from "@/components/state-badge";
import type { Letter } from "@/lib/dead-letters";

export const LetterBadge = ({ letter: { state, redriveAt } }: { letter: Pick<Letter, "state" | "redriveAt"> }) => (
  <StateBadge state={state === "open" && redriveAt ? "letter_waits" : `letter_${state}`} />
);
