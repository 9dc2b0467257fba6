import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { Api } from '../api.ts';

const RUNS = Number(process.env['RUNS'] ?? 30);
const BARE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,"><h1>Bare</h1>';

interface Load {
  painted: number;
  loaded: number;
  /** When the page showed what it is for. */
  shown: number;
}

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await chromium.connect(inject('browser'));
  server = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(BARE));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await browser.close();
  server.close();
});

it('from the start of the navigation, in a browser context without a cache', async () => {
  const api = await Api.open('ada');
  await api.newCollection('cities', {}, ['population']);
  for (let at = 0; at < 50; at++) await api.put('cities', `c${at}`, { name: `City ${at}`, population: at * 1000 });
  const login = JSON.stringify({ ...api.login, expiresAt: Date.now() + api.login.expiresIn * 1000 });
  const bare = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const pages: [string, string, string, string | undefined][] = [
    ['a bare page of a bare server', bare, 'h1', undefined],
    ['console: log in', `${inject('node')}/login`, 'form', undefined],
    ['console: overview', `${inject('node')}/`, '.figures', login],
    ['console: 50 documents', `${inject('node')}/collections/cities`, 'tr[data-id]', login],
  ];
  const loads = new Map<string, Load[]>(pages.map(([name]) => [name, []]));
  // One of each more than is counted: the first warms the node and the browser's process, and never the cache.
  for (let run = 0; run <= RUNS; run++) {
    for (const [name, url, selector, kept] of pages) {
      const load = await loadOnce(url, selector, kept);
      if (run > 0) loads.get(name)!.push(load);
    }
  }
  console.log([`| ${RUNS} runs, ms | first paint | load | content shown |`, '|---|---|---|---|', ...[...loads].map(([name, all]) => `| ${name} | ${figures(all, 'painted')} | ${figures(all, 'loaded')} | ${figures(all, 'shown')} |`)].join('\n'));
});

async function loadOnce(url: string, selector: string, login: string | undefined): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(
    ([selector, login]) => {
      if (login) localStorage.setItem('patchbay.login', login);
      const look = () => document.querySelector(selector!) && !('shownAt' in window) && Object.assign(window, { shownAt: performance.now() });
      new MutationObserver(look).observe(document, { childList: true, subtree: true });
    },
    [selector, login] as const,
  );
  await page.goto(url);
  await page.waitForFunction(() => 'shownAt' in window && performance.getEntriesByName('first-contentful-paint').length > 0);
  const load = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
    loaded: (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).loadEventEnd,
    shown: (window as unknown as { shownAt: number }).shownAt,
  }));
  await context.close();
  return load;
}

/** The median, and from where to where. */
function figures(loads: Load[], what: keyof Load): string {
  const sorted = loads.map((load) => load[what]).sort((a, b) => a - b);
  return `**${Math.round(sorted[Math.floor(sorted.length / 2)]!)}** (${Math.round(sorted[0]!)}-${Math.round(sorted.at(-1)!)})`;
}
