import { Modal, VisuallyHidden } from "@mantine/core";
import { useId, useState, type KeyboardEvent } from "react";

import type { Command, Tools } from "./commands";
import { Keys } from "./keys";
import classes from "./palette.module.css";
import { useSections, type Entry, type Section } from "./use-entries";

import { Icon } from "@/components/icon";

type PaletteProps = { opened: boolean; onClose: () => void; commands: readonly Command[]; tools: Tools };

/** Search and do everything from one field, by the pattern of a combobox whose list is always open. */
export function Palette({ opened, onClose, ...rest }: PaletteProps) {
  // Who has chosen goes on elsewhere; who has not, goes back to where they were.
  const [chosen, setChosen] = useState(false);
  const choose = (entry: Entry) => {
    setChosen(true);
    onClose();
    entry.run();
  };
  return (
    <Modal.Root opened={opened} onClose={onClose} returnFocus={!chosen} onEnterTransitionEnd={() => setChosen(false)} padding={0} size={600} yOffset="10vh" transitionProps={{ duration: 120 }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search and commands" radius="lg">
        <Modal.Body className={classes.body}><Finder onChoose={choose} {...rest} /></Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

type FinderProps = { onChoose: (entry: Entry) => void; commands: readonly Command[]; tools: Tools };

function Finder({ onChoose, commands, tools }: FinderProps) {
  const list = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { sections, searching } = useSections({ query, commands, tools });
  const entries = sections.flatMap((section) => section.entries);
  const current = Math.min(at, entries.length - 1);
  const optionId = (index: number) => `${list}-${index}`;
  const move = (to: number) => {
    const next = (to + entries.length) % Math.max(entries.length, 1);
    setAt(next);
    document.getElementById(optionId(next))?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: KeyboardEvent) => {
    const ways: Record<string, () => void> = {
      ArrowDown: () => move(current + 1),
      ArrowUp: () => move(current - 1),
      Enter: () => entries[current] && onChoose(entries[current]),
    };
    const way = event.nativeEvent.isComposing ? undefined : ways[event.key];
    if (!way) return;
    event.preventDefault();
    way();
  };
  const type = (typed: string) => {
    setQuery(typed);
    setAt(0);
  };
  return (
    <>
      <div className={classes.field}>
        <Icon name="search" size={18} />
        <input className={classes.input} role="combobox" aria-label="Search pages, jobs, agents and actions" aria-expanded="true" aria-controls={list} aria-autocomplete="list"
          aria-activedescendant={entries.length > 0 ? optionId(current) : undefined} placeholder="Search pages, jobs, agents and actions" data-autofocus autoComplete="off" spellCheck={false}
          value={query} onChange={(event) => type(event.currentTarget.value)} onKeyDown={press} />
      </div>
      <div id={list} role="listbox" aria-label="Found" className={classes.list}>
        <Sections sections={sections} current={current} optionId={optionId} onPoint={setAt} onChoose={onChoose} />
      </div>
      {entries.length === 0 && <p className={classes.nothing}>{searching ? "Searching…" : `Nothing is called or mentions “${query.trim()}”.`}</p>}
      <VisuallyHidden role="status">{searching ? "Searching" : `${entries.length} found`}</VisuallyHidden>
    </>
  );
}

type SectionsProps = { sections: Section[]; current: number; optionId: (index: number) => string; onPoint: (index: number) => void; onChoose: (entry: Entry) => void };

function Sections({ sections, current, optionId, onPoint, onChoose }: SectionsProps) {
  const starts = sections.map((_, index) => sections.slice(0, index).reduce((sum, { entries }) => sum + entries.length, 0));
  return sections.map(({ title, entries }, section) => (
    <div key={title} role="group" aria-label={title}>
      <div className={classes.title} aria-hidden="true">{title}</div>
      {entries.map((entry, offset) => {
        const index = (starts[section] ?? 0) + offset;
        return (
          <div key={entry.id} id={optionId(index)} role="option" aria-selected={index === current} className={classes.option}
            onMouseMove={() => onPoint(index)} onMouseDown={(event) => event.preventDefault()} onClick={() => onChoose(entry)}>
            <Icon name={entry.icon} />
            <span className={classes.name}>{entry.title}</span>
            {entry.note && <span className={classes.note}>{entry.note}</span>}
            {entry.keys && <Keys keys={entry.keys} />}
          </div>
        );
      })}
    </div>
  ));
}
