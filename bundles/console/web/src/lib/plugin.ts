export interface Plugin {
  name: string;
  version: string;
  digest: string;
  state: 'active' | 'degraded' | 'stopped' | 'failed' | 'unavailable';
  installedAt: string;
  provides: string[];
  uses: string[];
  previousVersion: string | null;
  receipt: string | null;
  fault: string | null;
}

/** What a change of plugins will do, computed before it happens. */
export interface Plan {
  kind: string;
  plugin: string;
  fromVersion: string | null;
  toVersion: string | null;
  steps: string[];
  handOvers: HandOver[];
  needs: Need[];
  /** Added (`+`), replaced (`~`) or removed (`-`). */
  services: string[];
  problems: string[];
  warnings: string[];
}

/** How one service changes hands, and whom that affects. */
export interface HandOver {
  kind: string;
  name: string;
  change: 'added' | 'replaced' | 'removed';
  way: string;
  affected: number;
  text: string;
}

/** What a plugin needs of others, and who offers it. */
export interface Need {
  kind: string;
  name: string;
  range: string | null;
  metBy: string | null;
  version: string | null;
  advice: string | null;
}

/** What became of a version that was removed. */
export interface Receipt {
  plugin: string;
  version: string;
  removedAt: string;
  state: 'pending' | 'collected' | 'held';
  text: string;
}

export const receiptTones = { pending: 'plain', collected: 'good', held: 'bad' } as const;

export interface Component {
  path: string;
  state: string;
  facts: Record<string, string>;
  parts: Component[];
}

export const pluginTones = { active: 'good', degraded: 'warn', stopped: 'plain', failed: 'bad', unavailable: 'bad' } as const;

/** What the node says of state that the new version can't take over; the command line accepts it by this option. */
const RECONNECT = /: say --reconnect to accept that\.$/;

export function isAboutReconnect(problem: string): boolean {
  return RECONNECT.test(problem);
}

/** The problem, without the words that are for the command line. */
export function problemText(problem: string): string {
  return problem.replace(RECONNECT, '.');
}

/** How a jar is sent; browsers disagree on its type. */
export function jarBody(file: File): Blob {
  return new Blob([file], { type: 'application/java-archive' });
}

/** By what name the node's sentences call the jar; what is no part of a plain name, and would be refused, is shown as an underscore. */
export function fileNameQuery(file: File): string {
  const name = file.name.slice(0, 255).replace(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, '_');
  return name.trim() ? `fileName=${encodeURIComponent(name)}` : '';
}
