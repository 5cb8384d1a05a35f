import { flexRender, getCoreRowModel, useReactTable, type Row } from "@tanstack/react-table";
import { useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { memo, useEffect } from "react";


import { jobColumns } from "./job-columns";
import classes from "./job-table.module.css";
import { useRowHeight, useTopOffset } from "./use-measures";

import type { Job } from "@/lib/jobs";

type JobTableProps = { jobs: Job[]; hasMore: boolean; onNearEnd: () => void };

// Rows left below the fold when the next page is asked for.
const NEAR_END = 30;

/** Draws only the rows in view; the page itself scrolls, so the browser's own scroll bar and keys work. */
export function JobTable({ jobs, hasMore, onNearEnd }: JobTableProps) {
  const table = useReactTable({ data: jobs, columns: jobColumns, getCoreRowModel: getCoreRowModel(), getRowId: (job) => job.id });
  const { rows } = table.getRowModel();
  const height = useRowHeight();
  const [body, top] = useTopOffset();
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, height]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - NEAR_END) onNearEnd();
  }, [hasMore, last, rows.length, onNearEnd]);

  return (
    <div role="table" aria-label="Jobs" aria-rowcount={hasMore ? -1 : rows.length + 1}>
      <Head />
      <div ref={body} role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => <PlacedRow key={item.key} item={item} row={rows[item.index]} offset={top} />)}
      </div>
    </div>
  );
}

const Head = () => (
  <div role="rowgroup" className={classes.head}>
    <div role="row" className={classes.row}>
      {jobColumns.map((column, index) => (
        <div key={index} role="columnheader" className={column.meta?.className}>
          {column.header === "" ? <span className={classes.hidden}>Actions</span> : String(column.header)}
        </div>
      ))}
    </div>
  </div>
);

type PlacedRowProps = { item: VirtualItem; row: Row<Job> | undefined; offset: number };

function PlacedRow({ item, row, offset }: PlacedRowProps) {
  if (!row) return null;
  return (
    <div role="row" aria-rowindex={item.index + 2} className={classes.row} style={{ height: item.size, transform: `translateY(${item.start - offset}px)` }}>
      <Cells row={row} job={row.original} />
    </div>
  );
}

/** Drawn again when its job changes and not for each pixel of scrolling: `job` is there to be compared. */
const Cells = memo(
  ({ row }: { row: Row<Job>; job: Job }) =>
    row.getVisibleCells().map((cell) => (
      <div key={cell.id} role="cell" className={cell.column.columnDef.meta?.className}>
        {flexRender(cell.column.columnDef.cell, cell.getContext())}
      </div>
    )),
  (before, after) => before.job === after.job,
);
Cells.displayName = "Cells";
