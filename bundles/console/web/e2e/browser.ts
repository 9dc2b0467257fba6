import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Nothing that a browser does by itself. */
export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The Chromium of this machine: `CHROMIUM`, or one on the path. */
export function executablePath(): string {
  const given = process.env['CHROMIUM'];
  const found = given ?? (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
  if (!found) {
    throw new Error(`There is no Chromium on the path (${names.join(', ')}); install chromium, or set CHROMIUM.`);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
