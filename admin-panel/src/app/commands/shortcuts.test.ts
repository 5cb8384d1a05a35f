import { describe, expect, it } from "vitest";

import { COMMANDS, matches, type Command } from "./commands";
import { keyNames, Shortcuts } from "./shortcuts";

const command = (keys: string): Command => ({ title: keys, group: "Do", icon: "check", keys, run: () => undefined });
const commands = ["g j", "j", "?", "mod+k"].map(command);

const press = (key: string, options: Partial<KeyboardEvent> = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, target: document.body, timeStamp: 0, ...options });

const element = (html: string) => {
  document.body.innerHTML = html;
  return document.body.querySelector("[data-here]");
};

describe("a shortcut", () => {
  it("is one key, or two pressed one after the other", () => {
    const shortcuts = new Shortcuts().offer(commands);
    expect(shortcuts.take(press("j"))?.keys).toBe("j");
    expect(shortcuts.take(press("g"))).toBeUndefined();
    expect(shortcuts.take(press("j"))?.keys).toBe("g j");
    expect(shortcuts.take(press("j"))?.keys).toBe("j");
  });

  it("remembers the first of two keys while the commands are made anew", () => {
    const shortcuts = new Shortcuts().offer(commands);
    shortcuts.take(press("g"));
    shortcuts.offer(commands.map((one) => ({ ...one })));
    expect(shortcuts.take(press("j"))?.keys).toBe("g j");
  });

  it("forgets the first of two keys after a while", () => {
    const shortcuts = new Shortcuts().offer(commands);
    shortcuts.take(press("g"));
    expect(shortcuts.take(press("j", { timeStamp: 5_000 }))?.keys).toBe("j");
  });

  it.each([["Ctrl", { ctrlKey: true }], ["Cmd", { metaKey: true }], ["Alt", { altKey: true }]])("is not taken with %s", (_, modifier) => {
    expect(new Shortcuts().offer(commands).take(press("j", modifier))).toBeUndefined();
  });

  it.each(["<input data-here>", "<textarea data-here></textarea>", "<select data-here></select>", "<p contenteditable data-here></p>", "<div role=dialog><button data-here></button></div>", "<div role=menu><a data-here></a></div>"])(
    "is not taken in %s",
    (html) => {
      expect(new Shortcuts().offer(commands).take(press("?", { target: element(html) }))).toBeUndefined();
    },
  );

  it("that asks for Ctrl or Cmd is taken even while typing", () => {
    const target = element("<input data-here>");
    expect(new Shortcuts().offer(commands).take(press("k", { ctrlKey: true, target }))?.keys).toBe("mod+k");
    expect(new Shortcuts().offer(commands).take(press("K", { metaKey: true, target }))?.keys).toBe("mod+k");
  });
});

it("names keys as the keyboard at hand does", () => {
  expect(keyNames("mod+k", true)).toEqual(["⌘", "K"]);
  expect(keyNames("mod+k", false)).toEqual(["Ctrl", "K"]);
  expect(keyNames("g j")).toEqual(["g", "j"]);
});

describe("the list of commands", () => {
  const keys = COMMANDS.flatMap((one) => one.keys ?? []);

  it("gives no key to two commands", () => {
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has no single key that begins a longer one", () => {
    const begins = keys.filter((one) => one.includes(" ")).map((one) => one[0]);
    expect(keys.filter((one) => begins.includes(one))).toEqual([]);
  });

  it("is found by any of its words, in any order", () => {
    expect(matches("agent start", "Start an agent")).toBe(true);
    expect(matches("  log OUT", "Sign out", "log out leave")).toBe(true);
    expect(matches("start job", "Start an agent")).toBe(false);
  });
});
