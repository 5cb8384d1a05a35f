import type { ReactNode } from "react";

import classes from "./data-table.module.css";

/** `header` stands where the word `head` would. */
export type DataColumn<T> = { head: string; header?: ReactNode; cell: (row: T) => ReactNode; number?: boolean; minor?: boolean; grow?: boolean };

type DataTableProps<T> = { label: string; columns: DataColumn<T>[]; rows: T[]; keyOf: (row: T) => string };

/** A short list whose numbers stand below each other. `minor` columns make room on a phone. */
export function DataTable<T>({ label, columns, rows, keyOf }: DataTableProps<T>) {
  const mark = ({ number, minor, grow }: DataColumn<T>) => ({ "data-number": number, "data-minor": minor, "data-grow": grow });
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>{columns.map((column) => <th key={column.head} scope="col" {...mark(column)}>{column.header ?? column.head}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>{columns.map((column) => <td key={column.head} {...mark(column)}>{column.cell(row)}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

/** A number that is worth no attention when there is nothing to count. */
export const Num = ({ of: value, text }: { of: number; text?: string }) =>
  value === 0 ? <span className={classes.zero}>0</span> : <>{text ?? value.toLocaleString("en")}</>;
