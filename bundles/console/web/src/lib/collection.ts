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

/**
 * Saves the rules that differ between `base`, what the form began with, and `mine`. The others stay as the node has them. An action that someone else changed meanwhile, to something else, is a
 * conflict: then nothing is saved. The node's PUT has no precondition, so a change between the look and the PUT is still lost.
 *
 * @return what the node has now, and the actions in conflict
 */
export async function saveRules(name: string, base: Rules, mine: Rules): Promise<{ rules: Rules; conflicts: Action[] }> {
  const { indexes, rules } = await api<CollectionInfo>('GET', path('collections', name));
  const changed = ACTIONS.filter((action) => mine[action] !== base[action]);
  const conflicts = changed.filter((action) => rules[action] !== base[action] && rules[action] !== mine[action]);
  if (conflicts.length) {
    return { rules, conflicts };
  }
  const merged = { ...rules };
  for (const action of changed) {
    merged[action] = mine[action];
  }
  await api('PUT', path('collections', name), { indexes, rules: merged });
  return { rules: merged, conflicts };
}

/**
 * Saves the indexes unless someone else changed them since `base`, to something else. As with rules, a change between the look and the PUT is still lost.
 *
 * @return theirs, if they are in the way
 */
export async function saveIndexes(name: string, base: string, mine: string): Promise<string | undefined> {
  const { indexes, rules } = await api<CollectionInfo>('GET', path('collections', name));
  const now = writeIndexes(indexes);
  const wanted = readIndexes(mine);
  if (now !== base && now !== writeIndexes(wanted)) {
    return now;
  }
  await api('PUT', path('collections', name), { indexes: wanted, rules });
  return undefined;
}

/** One a line, its fields with commas between. */
export function readIndexes(text: string): Index[] {
  const lines = text.split('\n').map((line) => line.split(',').map((field) => field.trim()).filter(Boolean));
  return lines.filter((fields) => fields.length).map((fields) => (fields.length === 1 ? fields[0]! : fields));
}

export function writeIndexes(indexes: Index[]): string {
  return indexes.map((index) => [index].flat().join(', ')).join('\n');
}
