import { api, path } from './api';

export const ACTIONS = ['list', 'read', 'create', 'update', 'delete'] as const;

export type Action = (typeof ACTIONS)[number];

export type Rules = Record<Action, string | null>;

/** A field, or several in order; with a minus for descending. */
export type Index = string | string[];

/** As the node describes it. */
export interface CollectionInfo {
  name: string;
  indexes: Index[];
  /** CEL, or null for admins alone. */
  rules: Rules;
}

/** Changes a part of a collection. The node takes indexes and rules together, so the other part is asked for first: as it is now, not as a page has shown it for an hour. */
export async function update(name: string, change: Partial<Pick<CollectionInfo, 'indexes' | 'rules'>>): Promise<void> {
  const { indexes, rules } = await api<CollectionInfo>('GET', path('collections', name));
  await api('PUT', path('collections', name), { indexes, rules, ...change });
}

/** One a line, its fields with commas between. */
export function readIndexes(text: string): Index[] {
  const lines = text.split('\n').map((line) => line.split(',').map((field) => field.trim()).filter(Boolean));
  return lines.filter((fields) => fields.length).map((fields) => (fields.length === 1 ? fields[0]! : fields));
}

export function writeIndexes(indexes: Index[]): string {
  return indexes.map((index) => [index].flat().join(', ')).join('\n');
}
