import { useElementSize } from "@mantine/hooks";
import { useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, type CSSProperties } from "react";


import { fitting, gridTemplate, type ColumnId, type JobColumn } from "./job-columns";
import { JobRowMenu } from "./job-row-menu";
import classes from "./job-table.module.css";
import { useRowHeight } from "./use-measures";
import type { Selection } from "./use-selection";

import type { Job } from "@/lib/jobs";
import { useTopOffset } from "@/lib/use-top-offset";

type JobTableProps = {
  jobs: Job[];
  columns: readonly ColumnId[];
  chosenByHand: boolean;
  selection: Selection | null;
  hasMore: boolean;
  onNearEnd: () => void;
};

// Rows left below the fold when the next page is asked for.
const NEAR_END = 30;

/** Draws only the rows in view; the page itself scrolls, so the browser's own scroll bar and keys work. */
export function JobTable({ jobs, columns: chosen, chosenByHand, selection, hasMore, onNearEnd }: JobTableProps) {
  const { ref, width } = useElementSize();
  const { height, card } = useRowHeight();
  const columns = useMemo(() => fitting(chosen, { width, card, chosenByHand }), [chosen, width, card, chosenByHand]);
  const [body, top] = useTopOffset();
  const virtual = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, height]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= jobs.length - NEAR_END) onNearEnd();
  }, [hasMore, last, jobs.length, onNearEnd]);

  // The style property that the rows' grid reads; React's types know no custom ones.
  const style = { "--columns": gridTemplate(columns, chosenByHand) } as CSSProperties;
  return (
    <div ref={ref} role="table" aria-label="Jobs" aria-rowcount={hasMore ? -1 : jobs.length + 1} style={style}>
      <Head columns={columns} selection={selection} />
      <div ref={body} role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => <PlacedRow key={item.key} item={item} job={jobs[item.index]} columns={columns} selection={selection} offset={top} />)}
      </div>
    </div>
  );
}

type HeadProps = { columns: JobColumn[]; selection: Selection | null };

const Head = ({ columns, selection }: HeadProps) => (
  <div role="rowgroup" className={classes.head}>
    <div role="row" className={classes.row}>
      <div role="columnheader" className={classes.pick}>
        {selection
          ? <input type="checkbox" aria-label="Select all loaded jobs" checked={selection.all || selection.ids.size > 0} onChange={selection.toggleLoaded} />
          : <span className={classes.hidden}>Selection</span>}
      </div>
      {columns.map((column) => <div key={column.id} role="columnheader" className={column.className}>{column.header}</div>)}
      <div role="columnheader" className={classes.actions}><span className={classes.hidden}>Actions</span></div>
    </div>
  </div>
);

type PlacedRowProps = { item: VirtualItem; job: Job | undefined; columns: JobColumn[]; selection: Selection | null; offset: number };

function PlacedRow({ item, job, columns, selection, offset }: PlacedRowProps) {
  if (!job) return null;
  const picked = selection !== null && (selection.all || selection.ids.has(job.id));
  return (
    <div role="row" aria-rowindex={item.index + 2} className={classes.row} data-picked={picked || undefined}
      style={{ height: item.size, transform: `translateY(${item.start - offset}px)` }}>
      <div role="cell" className={classes.pick}>
        {/* A click, since a change does not tell whether shift was held. */}
        {selection && <input type="checkbox" aria-label={`Select ${job.task} ${job.id.slice(-8)}`} checked={picked} readOnly onClick={(event) => selection.toggle(job.id, event.shiftKey)} />}
      </div>
      <Cells job={job} columns={columns} />
    </div>
  );
}

/** Drawn again when its job or the columns change and not for each pixel of scrolling. */
const Cells = memo(({ job, columns }: { job: Job; columns: JobColumn[] }) => (
  <>
    {columns.map((column) => <div key={column.id} role="cell" className={column.className}>{column.cell(job)}</div>)}
    <div role="cell" className={classes.actions}><JobRowMenu job={job} /></div>
  </>
));
Cells.displayName = "Cells";
