import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { CAUSE_WORDS, STATE_WORDS } from "./words";

import { DataTable, type DataColumn } from "@/components/data-table";
import { TimeAgo } from "@/components/time";
import type { Letter } from "@/lib/dead-letters";

export type Picked = { ids: ReadonlySet<string>; toggle: (id: string) => void };

const COLUMNS: DataColumn<Letter>[] = [
  { head: "Task", cell: ({ id, task }) => <Link to="/dead-letters/$letterId" params={{ letterId: id }}>{task ?? "unknown"}</Link> },
  { head: "Cause", cell: ({ cause }) => CAUSE_WORDS[cause] },
  { head: "Error", minor: true, grow: true, cell: ({ error }) => <span title={error?.message}>{error?.message}</span> },
  { head: "State", minor: true, cell: ({ state, redriveAt }) => (state === "open" && redriveAt ? "Runs again by itself" : STATE_WORDS[state]) },
  { head: "Queue", minor: true, cell: ({ queue }) => queue ?? "–" },
  { head: "Died", number: true, cell: ({ at }) => <TimeAgo at={at} /> },
];

export const LetterTable = ({ letters, picked }: { letters: Letter[]; picked: Picked | null }) => (
  <DataTable label="Dead letters" rows={letters} keyOf={({ id }) => id} columns={picked ? [pick(picked), ...COLUMNS] : COLUMNS} />
);

const pick = ({ ids, toggle }: Picked): DataColumn<Letter> => ({
  head: "Pick",
  cell: ({ id, task }) => <Checkbox size="xs" checked={ids.has(id)} onChange={() => toggle(id)} aria-label={`Pick ${task ?? "message"} ${id.slice(-8)}`} />,
});
