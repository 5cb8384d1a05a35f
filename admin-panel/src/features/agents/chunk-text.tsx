import { Text } from "@mantine/core";

import classes from "./chunk-text.module.css";

import { Icon } from "@/components/icon";


type ChunkTextProps = { chunk: { document: string; position: number; text?: string } };

/** One line that unfolds; the browser's own element does it, by keyboard too. */
export const ChunkText = ({ chunk }: ChunkTextProps) => (
  <details className={classes.chunk}>
    <summary className={classes.summary}>
      <Icon name="chevron" className={classes.chevron} />
      <span className={classes.source}>{chunk.document}</span>
      <span className={classes.position}>{chunk.position}</span>
      <span className={classes.preview}>{chunk.text}</span>
    </summary>
    <Text size="sm" className={classes.text}>{chunk.text ?? "The text of this chunk is further down the list of chunks."}</Text>
  </details>
);
