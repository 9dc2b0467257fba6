export type Role = 'admin' | 'user';

/** Someone who may log in. */
export interface Account {
  id: string;
  name: string;
  role: Role;
  disabled: boolean;
}
