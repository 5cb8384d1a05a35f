import { Modal } from "@mantine/core";

import { GROUPS, type Command } from "./commands";
import classes from "./help-sheet.module.css";
import { Keys } from "./keys";

type HelpSheetProps = { opened: boolean; onClose: () => void; commands: readonly Command[] };

export function HelpSheet({ opened, onClose, commands }: HelpSheetProps) {
  const groups = GROUPS.map((title) => ({ title, rows: commands.filter(({ group, keys }) => group === title && keys) }));
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size={620} closeButtonProps={{ "aria-label": "Close" }}>
      <div className={classes.groups}>
        {groups.filter(({ rows }) => rows.length > 0).map(({ title, rows }) => <Group key={title} title={title} rows={rows} />)}
      </div>
    </Modal>
  );
}

const Group = ({ title, rows }: { title: string; rows: Command[] }) => (
  <section>
    <h3 className={classes.title}>{title}</h3>
    <dl className={classes.rows}>
      {rows.map((command) => (
        <div key={command.title} className={classes.row}>
          <dt>{command.title}</dt>
          <dd className={classes.keys}><Keys keys={command.keys ?? ""} /></dd>
        </div>
      ))}
    </dl>
  </section>
);
