import { join, resolve } from 'node:path';

const web = resolve(import.meta.dirname, '..');

/** With light-dark(), import.meta and top-level await. */
export const browsers = ['chrome123', 'firefox120', 'safari17.5'];

export const target = resolve(process.env['CONSOLE_TARGET'] ?? join(web, '../target/web'));

/** Of the app as build/first.mjs runs it. */
export const first = resolve(target, '../web-first');

export const clientSource = resolve(web, '../../../clients/typescript/src/index.ts');

/** The client's sources, and what they import from here: so no order of builds matters. */
export const client = {
  alias: { '@patchbay/client': clientSource },
  dedupe: ['cborg'],
};
