import { useLocalStorage } from "@mantine/hooks";

import { COLUMN_IDS, DEFAULT_COLUMNS, type ColumnId } from "./job-columns";

import { manyOf } from "@/lib/search";

/** The columns somebody chose on this machine; null until they do. */
export function useColumns() {
  const [chosen, choose] = useLocalStorage<ColumnId[] | null>({ key: "slipway.jobs.columns", defaultValue: null, getInitialValueInEffect: false });
  const known = manyOf(COLUMN_IDS, chosen) ?? null;
  return { columns: known ?? DEFAULT_COLUMNS, chosen: known, choose };
}
