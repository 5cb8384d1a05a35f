import type { Command } from "./commands";

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "target" | "timeStamp">;

// How long the first key of two is remembered.
const PATIENCE_MS = 1_200;
const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
// What floats above the page has keys of its own.
const FLOATING = "[role=dialog], [role=menu], [role=listbox]";

const within = (target: EventTarget | null, selector: string): boolean => target instanceof Element && target.closest(selector) !== null;

/** Follows what is pressed and answers the command that it asks for. Never while typing; never with a modifier, but for `mod+…`. */
export class Shortcuts {
  private first: { key: string; at: number } | null = null;
  private commands = new Map<string, Command>();

  /** Those that may be asked for from now on. A first key that was pressed before counts on. */
  offer(commands: readonly Command[]): this {
    this.commands = new Map(commands.flatMap((command) => (command.keys ? [[command.keys, command]] : [])));
    return this;
  }

  take(event: Key): Command | undefined {
    if (event.isComposing) return undefined;
    if (event.ctrlKey || event.metaKey) return event.altKey ? undefined : this.commands.get(`mod+${event.key.toLowerCase()}`);
    if (event.altKey || within(event.target, FIELDS) || within(event.target, FLOATING)) return undefined;
    return this.takePlain(event.key, event.timeStamp);
  }

  private takePlain(key: string, at: number): Command | undefined {
    const first = this.first && at - this.first.at < PATIENCE_MS ? this.first.key : null;
    const found = (first && this.commands.get(`${first} ${key}`)) || this.commands.get(key);
    this.first = found ? null : { key, at };
    return found || undefined;
  }
}

/** `mod+k` as the keyboard at hand writes it, one word for each key. */
export function keyNames(keys: string, mac = /Mac|iP(hone|ad)/.test(navigator.userAgent)): string[] {
  return keys.split(/[ +]/).map((key) => (key === "mod" ? (mac ? "⌘" : "Ctrl") : key.length === 1 && keys.includes("+") ? key.toUpperCase() : key));
}
