import type { ReactNode } from "react";

import classes from "./columns.module.css";

type ColumnsProps = { main: ReactNode; side: ReactNode; even?: boolean };

/** Two stacks of panels beside each other; below each other where there is no room. `even`: of the same width. */
export const Columns = ({ main, side, even = false }: ColumnsProps) => (
  <div className={classes.columns} data-even={even || undefined}>
    <div className={classes.stack}>{main}</div>
    <div className={classes.stack}>{side}</div>
  </div>
);
