import { Anchor } from "@mantine/core";

import type { Entry } from "./api";
import classes from "./audit.module.css";
import type { AuditSearch } from "./search";
import { told } from "./told";

import { Icon, type IconName } from "@/components/icon";
import { TimeAgo } from "@/components/time";

type Narrow = (change: Partial<AuditSearch>) => void;
type Shape = { icon: IconName; word: string };

const SHAPES: Record<Entry["result"], Shape> = {
  ok: { icon: "check", word: "done" },
  refused: { icon: "cancel", word: "refused" },
  failed: { icon: "alert", word: "failed" },
  begun: { icon: "waiting", word: "no result" },
};

export const AuditList = ({ entries, onNarrow }: { entries: Entry[]; onNarrow: Narrow }) => (
  <ul className={classes.list}>{entries.map((entry) => <Row key={entry.id} entry={entry} onNarrow={onNarrow} />)}</ul>
);

function Row({ entry, onNarrow }: { entry: Entry; onNarrow: Narrow }) {
  const { actor, action, target, detail } = entry;
  return (
    <li className={classes.item}>
      <div className={classes.when}><TimeAgo at={entry.at} /></div>
      <div className={classes.what}>
        <div>
          <Narrowing name="actor" value={actor} onNarrow={onNarrow} />{" "}
          <Narrowing name="action" value={action} label={action.replaceAll("_", " ")} onNarrow={onNarrow} />{" "}
          {target && <Narrowing name="target" value={target} onNarrow={onNarrow} />}
        </div>
        <div className={classes.dim}>{[entry.via, entry.address, detail && told(detail)].filter(Boolean).join(" · ")}</div>
      </div>
      <Outcome entry={entry} />
    </li>
  );
}

type NarrowingProps = { name: "actor" | "action" | "target"; value: string; label?: string; onNarrow: Narrow };

/** A click shows everything of the same kind. */
const Narrowing = ({ name, value, label = value, onNarrow }: NarrowingProps) => (
  <Anchor component="button" type="button" className={classes[name]} title={`Only this ${name}`} onClick={() => onNarrow({ [name]: value })}>
    {label}
  </Anchor>
);

function Outcome({ entry }: { entry: Entry }) {
  const { icon, word } = SHAPES[entry.result];
  return (
    <span className={classes.outcome} data-result={entry.result} title={entry.status ? `HTTP ${entry.status}` : undefined}>
      <Icon name={icon} />{word}
    </span>
  );
}
