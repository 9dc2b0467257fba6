// What Maven calls: `node build/build.mjs TARGET` installs what the lock file names, if it is newer than what is installed, and builds into TARGET, if anything that the build reads is newer.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const web = resolve(import.meta.dirname, '..');
const target = resolve(process.argv[2] ?? join(web, '../target/web'));
const stamp = join(dirname(target), 'web.stamp');
const installed = join(web, 'node_modules/.package-lock.json');
const inputs = [
  ...['src', 'public', 'build', 'index.html', 'package-lock.json', 'package.json', 'svelte.config.js', 'vite.config.ts', 'vite.client.config.ts', 'vite.first.config.ts', 'tsconfig.json'].map((name) => join(web, name)),
  resolve(web, '../../../clients/typescript/src'),
];

function time(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(path) {
  const stat = statSync(path);
  // A folder's own time as well: it tells of a file that was deleted.
  return stat.isDirectory() ? Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))) : stat.mtimeMs;
}

function run(command, ...args) {
  const result = spawnSync(command, args, { cwd: web, stdio: 'inherit', env: { ...process.env, CONSOLE_TARGET: target } });
  if (result.status !== 0) {
    console.error(`"${[command, ...args].join(' ')}" failed${result.error ? `: ${result.error.message}` : ''}`);
    process.exit(1);
  }
}

if (time(join(web, 'package-lock.json')) > time(installed)) {
  run('npm', 'ci', '--no-audit', '--no-fund');
}
if (Math.max(...inputs.map(newest)) > time(stamp) || !existsSync(join(target, 'contents.list'))) {
  run('npm', 'run', '--silent', 'build');
  // Maven only ever adds to what it copied before: files of an older build would stay in the bundle.
  rmSync(join(dirname(target), 'classes/io/patchbay/console/web'), { recursive: true, force: true });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
} else {
  console.log('The console is as it was built.');
}
