import { Fragment } from "react";

import classes from "./keys.module.css";
import { keyNames } from "./shortcuts";

/** One shortcut as the keys to press. */
export const Keys = ({ keys }: { keys: string }) => (
  <span className={classes.keys}>
    {keyNames(keys).map((key, index) => (
      <Fragment key={index}>
        {index > 0 && " "}
        <kbd className={classes.key}>{key}</kbd>
      </Fragment>
    ))}
  </span>
);
