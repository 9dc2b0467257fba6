import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { WebSocketConstructor } from '../src/connection.js';
import { largeCities } from '../examples/cities.js';
import { PatchbayClient } from '../src/index.js';
import { ExampleServer, launchBrowser } from './browser.js';
import { Node } from './node.js';
import { BlockingProxy } from './proxy.js';

const PASSWORD = 'correct horse battery';
const LOGGED_IN = ['list', 'read', 'create', 'update', 'delete'].flatMap((action) => ['--rule', `${action}=auth != null`]);

const node = new Node();
const examples = new ExampleServer(() => node.url);
const proxy = new BlockingProxy(() => node.port);
const behindProxy = new ExampleServer(() => proxy.url);
const contexts: BrowserContext[] = [];
let origin: string;
let browser: Browser;
let ann: PatchbayClient;

beforeAll(async () => {
  await node.start();
  node.addUser('ann', 'admin', PASSWORD);
  node.addUser('bob', 'user', PASSWORD);
  node.run(['collection', 'create', 'cities', '--index', 'population', '--rule', 'list=auth != null']);
  node.run(['collection', 'create', 'entries', ...LOGGED_IN]);
  origin = await examples.start();
  await proxy.start();
  browser = await launchBrowser();
  ann = new PatchbayClient({ url: node.url, webSocket: WebSocket as unknown as WebSocketConstructor });
  await ann.login('ann', PASSWORD);
}, 120_000);

afterAll(async () => {
  ann?.close();
  await browser?.close();
  examples.stop();
  behindProxy.stop();
  proxy.stop();
  await node.stop();
});

/** A browser of its own; whatever goes wrong in its pages fails the test. */
async function open(path: string, from = origin): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  contexts.push(context);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(from + path);
  return { page, faults };
}

describe('the served client', () => {
  it('is one small module that any page may import, and is not sent twice', async () => {
    const first = await fetch(`${node.url}/client/patchbay.js`, { headers: { 'Accept-Encoding': 'identity', Origin: origin } });
    expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const script = await first.text();
    expect(script.length).toBeLessThan(50_000);
    expect(script.split('\n').length).toBeLessThan(20);

    const again = await fetch(`${node.url}/client/patchbay.js`, { headers: { 'Accept-Encoding': 'identity', 'If-None-Match': first.headers.get('etag')! } });
    expect(again.status).toBe(304);
    const brotli = await fetch(`${node.url}/client/patchbay.js`, { headers: { 'Accept-Encoding': 'br' } });
    expect(Number(brotli.headers.get('content-length'))).toBeLessThan(15_000);
  });

  it('is refused to pages from elsewhere, and to files', async () => {
    for (const foreign of ['https://example.com', 'null']) {
      expect((await fetch(`${node.url}/client/patchbay.js`, { headers: { Origin: foreign } })).status).toBe(403);
    }
  });
});

describe('ten lines of HTML', () => {
  it('show a live list', async () => {
    const cities = ann.collection('cities');
    await cities.put('lyon', { name: 'Lyon', country: 'FR', population: 522_250 });
    await cities.put('nantes', { name: 'Nantes', country: 'FR', population: 323_204 });
    const { page, faults } = await open('/ten-lines.html');
    const lines = () => page.locator('li').allTextContents();
    await vi.waitFor(async () => expect(await lines()).toEqual(['Lyon: 522250']), 30_000);
    await cities.patch('nantes', { population: 400_001 });
    await vi.waitFor(async () => expect(await lines()).toEqual(['Lyon: 522250', 'Nantes: 400001']), 30_000);
    await cities.delete('lyon');
    await vi.waitFor(async () => expect(await lines()).toEqual(['Nantes: 400001']), 30_000);
    expect(faults).toEqual([]);
  });
});

describe('the program in the docs', () => {
  it('lists the large cities', async () => {
    expect(await largeCities({ url: node.url, webSocket: WebSocket as unknown as WebSocketConstructor })).toContain('Lyon');
  });
});

describe('the shared list', () => {
  async function logIn(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('New entry').waitFor();
  }

  async function add(page: Page, text: string): Promise<void> {
    await page.getByLabel('New entry').fill(text);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  }

  const entries = (page: Page) =>
    page.locator('li').evaluateAll((lines) => lines.map((line) => (line.classList.contains('done') ? '✓' : '') + line.querySelector('.text')!.textContent));

  const see = (page: Page, expected: string[]) => vi.waitFor(async () => expect(await entries(page)).toEqual(expected), 30_000);

  it('is the same behind a proxy that lets no WebSocket through', async () => {
    const { page: direct, faults } = await open('/shared-list/');
    const { page: proxied, faults: others } = await open('/shared-list/', await behindProxy.start());
    await logIn(direct, 'ann');
    await logIn(proxied, 'bob');
    await add(direct, 'Milk');
    await see(proxied, ['Milk']);
    await proxied.getByRole('checkbox', { name: 'Milk' }).check();
    await see(direct, ['✓Milk']);
    await proxied.getByRole('button', { name: 'Remove Milk' }).click();
    await see(direct, []);
    expect(proxy.refused).toBeGreaterThan(0);
    expect([...faults, ...others]).toEqual([]);
  });

  it('is the same in two browsers, after a reload and over a restart of the node', async () => {
    const { page: one, faults } = await open('/shared-list/');
    const { page: two, faults: others } = await open('/shared-list/');

    await one.getByLabel('Name').fill('bob');
    await one.getByLabel('Password').fill('wrong horse');
    await one.getByRole('button', { name: 'Log in' }).click();
    await one.getByRole('alert').waitFor();
    await logIn(one, 'bob');
    await logIn(two, 'ann');

    await add(one, 'Bread');
    await see(two, ['Bread']);
    expect(await two.locator('.by').allTextContents()).toEqual(['bob']);
    await add(two, 'Salt & <b>pepper</b>');
    await see(one, ['Bread', 'Salt & <b>pepper</b>']);

    await two.getByRole('checkbox', { name: 'Bread' }).check();
    await see(one, ['Salt & <b>pepper</b>', '✓Bread']);

    await one.reload();
    await see(one, ['Salt & <b>pepper</b>', '✓Bread']);
    expect(await one.locator('.by').allTextContents()).toEqual(['ann', 'you']);

    await node.kill();
    await vi.waitFor(async () => expect(await two.getByRole('status').textContent()).not.toBe('live'), 30_000);
    await node.start();
    await add(one, 'Apples');
    await see(two, ['Salt & <b>pepper</b>', 'Apples', '✓Bread']);

    await two.getByRole('button', { name: 'Remove what is done' }).click();
    await one.getByRole('button', { name: 'Remove Apples' }).click();
    await see(one, ['Salt & <b>pepper</b>']);
    await see(two, ['Salt & <b>pepper</b>']);

    await one.getByRole('button', { name: 'Log out' }).click();
    await one.getByLabel('Name').waitFor();
    expect(await entries(one)).toEqual([]);
    expect([...faults, ...others]).toEqual([]);
    const shots = process.env['PATCHBAY_SCREENSHOTS'];
    if (shots) {
      await add(two, 'Half a dozen eggs, if they have the brown ones from next door');
      await add(two, 'Coffee');
      await two.getByRole('checkbox', { name: 'Coffee' }).check();
      await two.screenshot({ path: `${shots}/list.png` });
      await two.emulateMedia({ colorScheme: 'dark' });
      await two.setViewportSize({ width: 375, height: 640 });
      await two.screenshot({ path: `${shots}/list-dark-phone.png` });
      await one.screenshot({ path: `${shots}/login.png` });
    }
  }, 120_000);
});
