export interface Store {
  name: string;
  state: 'serving' | 'migrating' | 'unavailable';
  adapter: string;
  /** Whether what is in it is encrypted. */
  sealed: boolean;
  documents: number;
  position: string;
  follower: string | null;
  followerLag: number;
  /** Those that are there. */
  adapters: string[];
  fault: string | null;
}

export const storeTones = { serving: 'good', migrating: 'warn', unavailable: 'bad' } as const;

/** `name = value`, a line each; a line without an equals sign is told. */
export function readSettings(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim());
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at < 1) {
        throw new Error(`"${line.trim()}" is no setting; write one as name = value.`);
      }
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
