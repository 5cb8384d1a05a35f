import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Icon } from "./icon";
import classes from "./stat-tile.module.css";

type StatTileProps = { label: string; value: ReactNode; note?: ReactNode; to?: LinkProps["to"]; search?: LinkProps["search"]; care?: boolean };

/** `care`: somebody should look at it, which a sign says beside the colour. */
export function StatTile({ label, value, note, to, search, care = false }: StatTileProps) {
  return (
    <div className={classes.tile} data-care={care || undefined}>
      <div className={classes.label}>
        {care && <Icon name="alert" size={14} />}
        {to ? <Link to={to} search={search} className={classes.link}>{label}</Link> : label}
      </div>
      <div className={classes.value}>{value}</div>
      {note && <div className={classes.note}>{note}</div>}
    </div>
  );
}

export const StatTiles = ({ children }: { children: ReactNode }) => <div className={classes.tiles}>{children}</div>;
