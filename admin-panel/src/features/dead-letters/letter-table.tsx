import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import classes from "./dead-letters.module.css";
import { LetterBadge } from "./letter-badge";
import { CAUSE_WORDS } from "./words";

import { DataTable, type DataColumn } from "@/components/data-table";
import { TimeAgo } from "@/components/time";
import type { Letter } from "@/lib/dead-letters";

export type Picked = { ids: ReadonlySet<string>; pick: (ids: Iterable<string>) => void };

const What = ({ letter: { id, task, error } }: { letter: Letter }) => (
  <div className={classes.what}>
    <Link to="/dead-letters/$letterId" params={{ letterId: id }}>{task ?? "unknown task"}</Link>
    <span className={classes.why} title={error?.message}>{error?.message}</span>
  </div>
);

const COLUMNS: DataColumn<Letter>[] = [
  { head: "Task and error", grow: true, cell: (letter) => <What letter={letter} /> },
  { head: "Cause", minor: true, cell: ({ cause }) => CAUSE_WORDS[cause] },
  { head: "State", minor: true, cell: (letter) => <LetterBadge letter={letter} /> },
  { head: "Queue", minor: true, cell: ({ queue }) => queue ?? "–" },
  { head: "Died", number: true, cell: ({ at }) => <TimeAgo at={at} /> },
];

export const LetterTable = ({ letters, picked }: { letters: Letter[]; picked: Picked | null }) => (
  <DataTable label="Dead letters" rows={letters} keyOf={({ id }) => id} columns={picked ? [pick(picked, letters), ...COLUMNS] : COLUMNS} />
);

const pick = ({ ids, pick }: Picked, letters: Letter[]): DataColumn<Letter> => ({
  head: "Pick",
  header: <PickAll picked={{ ids, pick }} letters={letters} />,
  cell: ({ id, task }) => <Checkbox size="xs" checked={ids.has(id)} onChange={() => pick(toggled(ids, id))} aria-label={`Pick ${task ?? "message"} ${id.slice(-8)}`} />,
});

const toggled = (ids: ReadonlySet<string>, id: string): string[] => (ids.has(id) ? [...ids].filter((one) => one !== id) : [...ids, id]);

function PickAll({ picked: { ids, pick }, letters }: { picked: Picked; letters: Letter[] }) {
  const all = letters.every(({ id }) => ids.has(id));
  return (
    <Checkbox size="xs" checked={all} indeterminate={ids.size > 0 && !all} aria-label="Pick all that are listed"
      onChange={() => pick(all ? [] : letters.map(({ id }) => id))} />
  );
}
