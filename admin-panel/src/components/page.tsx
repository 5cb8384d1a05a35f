import { Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./page.module.css";

type PageProps = { title: string; heading?: ReactNode; note?: ReactNode; back?: ReactNode; actions?: ReactNode; wide?: boolean; children: ReactNode };

export function Page({ title, heading, note, back, actions, wide = false, children }: PageProps) {
  useDocumentTitle(`${title} · Slipway`);
  return (
    <div className={classes.page} data-wide={wide || undefined}>
      {back}
      <header className={classes.header}>
        <div className={classes.heading}>
          <Title order={1} className={classes.title}>{heading ?? title}</Title>
          {note && <div className={classes.note}>{note}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

type PanelProps = { title?: ReactNode; aside?: ReactNode; flush?: boolean; children: ReactNode };

/** One titled block of a page. `flush` lets a list or table reach its edges. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  return (
    <section className={classes.panel}>
      {title && (
        <div className={classes.panelHead}>
          <Title order={2}>{title}</Title>
          {aside && <div className={classes.aside}>{aside}</div>}
        </div>
      )}
      <div className={flush ? undefined : classes.panelBody} data-untitled={!title || undefined}>{children}</div>
    </section>
  );
}
