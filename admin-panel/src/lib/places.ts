// Places on the page that the keyboard can go to. Whoever draws one marks it: `data-search` on the field that narrows a
// list, `data-row` on the link that opens one of its rows.
const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`#content ${selector}`)];

export const focusSearch = (): void => all("[data-search]")[0]?.focus();

/** From the row that has the focus to its neighbour; without one, to the first in view. */
export function stepThroughRows(by: 1 | -1): void {
  const rows = all("[data-row]");
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at >= 0 ? rows[at + by] : rows.find((row) => row.getBoundingClientRect().top >= 0);
  next?.focus();
}

/** A field that comes late, with what it needed to know, must not take the focus from a dialog that was opened meanwhile. */
export const mayTakeFocus = (): boolean => document.querySelector("[role=dialog]") === null;

/** After a change of page: its heading is what a screen reader reads first, and where Tab goes on from. */
export function focusPage(): void {
  const content = document.getElementById("content");
  if (!content || content.contains(document.activeElement)) return; // A field of the page has asked for it.
  const heading = content.querySelector<HTMLElement>("h1");
  heading?.setAttribute("tabindex", "-1");
  (heading ?? content).focus({ preventScroll: true });
}
