/** Of the keyboard among the rows of a table, which have their id as `data-id`, and a button or link `.id`, or a menu. */
export interface RowFocus {
  id: string;
  /** From 0. */
  at: number;
  element: HTMLElement;
}

/** Where it is, if it is in a row. */
export function rowFocus(): RowFocus | undefined {
  const element = document.activeElement;
  const row = element?.closest<HTMLElement>('tr[data-id]');
  return row && element instanceof HTMLElement ? { id: row.dataset['id']!, at: rows().indexOf(row), element } : undefined;
}

/** Where the row with that id is; it may be gone soon. */
export function placeOf(id: string): number {
  return rows().findIndex((row) => row.dataset['id'] === id);
}

/** If the focus went with what had it: back to its row, else to the one that is now at its place, else to the heading of the page. */
export function restoreFocus(id: string, at: number, element?: HTMLElement): void {
  if (document.activeElement !== null && document.activeElement !== document.body) {
    return;
  }
  const all = rows();
  const row = all.find((row) => row.dataset['id'] === id) ?? all[Math.min(Math.max(at, 0), all.length - 1)];
  (element?.isConnected ? element : (row?.querySelector<HTMLElement>('.id, .opener') ?? heading()))?.focus();
}

function heading(): HTMLElement | null {
  const heading = document.querySelector<HTMLElement>('#main h1');
  if (heading) heading.tabIndex = -1;
  return heading;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('tr[data-id]')];
}
