import { Button } from "@mantine/core";
import { useState } from "react";

import classes from "./code-block.module.css";
import { Copy } from "./copy-id";

// Enough for any payload that a person reads; a quarter of a megabyte of text would make the page crawl.
const SHOWN_CHARS = 20_000;

type CodeBlockProps = { text: string; label: string; wrap?: boolean };

export function CodeBlock({ text, label, wrap = true }: CodeBlockProps) {
  const [all, setAll] = useState(false);
  const cut = !all && text.length > SHOWN_CHARS;
  return (
    <div className={classes.root}>
      <div className={classes.copy}><Copy value={text} label={label} /></div>
      {/* Scrolls, so it must be reachable by keyboard. */}
      <pre className={classes.code} data-wrap={wrap || undefined} tabIndex={0} aria-label={label}>
        {cut ? `${text.slice(0, SHOWN_CHARS)}…` : text}
      </pre>
      {cut && <Button variant="subtle" size="compact-xs" m="xs" onClick={() => setAll(true)}>Show all</Button>}
    </div>
  );
}

export function JsonBlock({ value, label }: { value: unknown; label: string }) {
  return <CodeBlock text={typeof value === "string" ? value : JSON.stringify(value, null, 2)} label={label} />;
}
