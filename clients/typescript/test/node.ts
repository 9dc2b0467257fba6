import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A real node in a process and a home of its own, started from the unpacked distribution. */
export class Node {
  #process: ChildProcess | undefined;
  #log = '';
  readonly home = mkdtempSync(join(tmpdir(), 'patchbay-client-'));
  port = 0;

  /** @param configuration what its `conf/patchbay.yaml` says, instead of what the distribution brings */
  constructor(configuration?: string) {
    if (configuration) {
      mkdirSync(join(this.home, 'conf'));
      writeFileSync(join(this.home, 'conf', 'patchbay.yaml'), configuration);
    }
  }

  /** What the node has said since it was started last. */
  get log(): string {
    return this.#log;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when the node says that it is ready. The port stays the same over restarts. */
  start(): Promise<void> {
    const child = spawn(join(distribution(), 'bin', 'patchbay'), ['run', '--home', this.home, '--port', String(this.port)]);
    this.#process = child;
    this.#log = '';
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`The node is not ready after 60 s:\n${this.#log}`)), 60_000);
      const read = (chunk: Buffer) => {
        this.#log += chunk.toString();
        const ready = /ready .*http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#log);
        if (ready) {
          clearTimeout(timer);
          this.port = Number(ready[1]);
          done();
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', () => {
        clearTimeout(timer);
        failed(new Error(`The node ended:\n${this.#log}`));
      });
    });
  }

  addUser(name: string, role: 'admin' | 'user', password: string): void {
    this.run(['user', 'add', name, '--role', role, '--password-stdin'], password + '\n');
  }

  /** A command of `bin/patchbay` that must succeed. */
  run(command: string[], input = ''): void {
    const result = spawnSync(join(distribution(), 'bin', 'patchbay'), [...command, '--home', this.home], { input, encoding: 'utf8' });
    if (result.status !== 0) {
      throw new Error(`patchbay ${command.join(' ')}: ${result.stdout}${result.stderr}`);
    }
  }

  /** As a power cut would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.home, { recursive: true, force: true });
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return Promise.resolve();
    }
    return new Promise((done) => {
      child.once('exit', () => done());
      child.kill(signal);
    });
  }
}

/** `PATCHBAY_DISTRIBUTION`, or what the build of this checkout unpacked. */
export function distribution(): string {
  const given = process.env['PATCHBAY_DISTRIBUTION'];
  if (given) {
    return given;
  }
  const target = resolve(import.meta.dirname, '../../../distribution/target/unpacked');
  const found = existsSync(target) ? readdirSync(target).find((name) => existsSync(join(target, name, 'bin', 'patchbay'))) : undefined;
  if (!found) {
    throw new Error(`There is no unpacked distribution in ${target}; run ./dev build, or set PATCHBAY_DISTRIBUTION.`);
  }
  return join(target, found);
}
