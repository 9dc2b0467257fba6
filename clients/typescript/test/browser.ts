import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { launchOptions } from './chromium.js';

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };
const EXAMPLES = join(import.meta.dirname, '../examples');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** The examples on a web server of their own, as a developer has them, but with the node of the test in the place of the one at port 7420. */
export class ExampleServer {
  #server: Server | undefined;

  constructor(private readonly nodeUrl: () => string) {}

  /** Such as `http://localhost:4711`. */
  start(): Promise<string> {
    const server = createServer((request, response) => {
      const file = join(EXAMPLES, new URL(request.url!, 'http://localhost').pathname.replace(/\/$/, '/index.html'));
      if (!file.startsWith(EXAMPLES) || !existsSync(file)) {
        response.writeHead(404).end();
        return;
      }
      const text = readFileSync(file, 'utf8').replaceAll('http://127.0.0.1:7420', this.nodeUrl());
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain' }).end(text);
    });
    this.#server = server;
    return new Promise((done) => server.listen(0, '127.0.0.1', () => done(`http://localhost:${(server.address() as AddressInfo).port}`)));
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
