import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

import classes from "./back-link.module.css";
import { Icon } from "./icon";

export const BackLink = ({ to, children }: { to: LinkProps["to"]; children: ReactNode }) => (
  <Link to={to} className={classes.back}><Icon name="back" size={14} />{children}</Link>
);
