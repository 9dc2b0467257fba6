import type { Data, PatchbayDocument, Value } from '@patchbay/client';

/** More don't fit beside each other. */
const MOST_SHOWN = 7;

/** The fields of the data that a sort order names: `-population, address.city`. The node's own (`meta.id`) are no columns of their own. */
export function sortedFields(sort: string): string[] {
  const fields = sort.split(',').map((field) => field.trim().replace(/^-/, ''));
  return fields.filter((field) => field !== '' && field !== 'meta' && !field.startsWith('meta.'));
}

/** The columns of a table: what it is sorted by, and what was chosen, else what most rows have; in the order in which the rows have them. */
export function shownFields(rows: PatchbayDocument[], sorted: string[], chosen: string[] | undefined): string[] {
  const counts = new Map<string, number>();
  for (const { data } of rows) {
    for (const name of Object.keys(data)) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const wanted = [...new Set([...sorted, ...(chosen ?? most)])];
  const shown = new Set(chosen ? wanted : wanted.slice(0, Math.max(MOST_SHOWN, sorted.length)));
  return [...new Set([...counts.keys(), ...shown])].filter((name) => shown.has(name));
}

/** What stands at a path such as `address.city`; undefined where it isn't there. */
export function valueAt(data: Data, field: string): Value | undefined {
  if (Object.hasOwn(data, field)) {
    return data[field];
  }
  let value: Value | undefined = data;
  for (const name of field.split('.')) {
    value = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** The fields that the user of this browser chose for a collection. */
export function readChoice(collection: string): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(collection)) ?? 'null');
    return Array.isArray(kept) && kept.every((field) => typeof field === 'string') ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function keepChoice(collection: string, fields: string[] | undefined): void {
  if (fields) {
    localStorage.setItem(key(collection), JSON.stringify(fields));
  } else {
    localStorage.removeItem(key(collection));
  }
}

function key(collection: string): string {
  return `patchbay.fields.${collection}`;
}
