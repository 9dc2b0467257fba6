export const ACTIONS = ['list', 'read', 'create', 'update', 'delete'] as const;

export type Action = (typeof ACTIONS)[number];

/** As the node describes it. */
export interface CollectionInfo {
  name: string;
  /** A field, or several in order; with a minus for descending. */
  indexes: (string | string[])[];
  /** CEL, or null for admins alone. */
  rules: Record<Action, string | null>;
}
