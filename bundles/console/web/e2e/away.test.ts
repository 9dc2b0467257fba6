import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Node } from '../../../../clients/typescript/test/node.ts';
import { Api } from './api.ts';
import { PASSWORD } from './stage.ts';
import { Visitor } from './visitor.ts';

/** The live pages give a call this long before they say that there is no connection. */
const LIVE_CALL_MS = 20_000;
const PATIENCE_MS = 10_000;

/** A page of each sort, by how it fetches what it shows, and what that is. */
const pages: [string, (tab: Page) => Promise<void>][] = [
  ['/', (tab) => tab.getByText('sqlite').first().waitFor()],
  ['/collections/kept', (tab) => tab.locator('tr[data-id="one"]').waitFor({ timeout: LIVE_CALL_MS })],
  ['/plugins', (tab) => tab.getByRole('heading', { name: 'No plugins yet' }).waitFor()],
  ['/log', (tab) => tab.getByText('live', { exact: true }).waitFor()],
];

const node = new Node();
let visitor: Visitor;

beforeAll(async () => {
  await node.start();
  node.addUser('ada', 'admin', PASSWORD);
  const api = await Api.open('ada', node.url);
  await api.newCollection('kept');
  await api.put('kept', 'one', { name: 'one' });
  visitor = await Visitor.arrive('ada', {}, node.url);
});

afterAll(async () => {
  await visitor.page.context().close();
  await node.stop();
});

/** As a click within the app; there is no node from which a page could come. */
async function goWithin(tab: Page, address: string): Promise<void> {
  await tab.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
}

it('a page whose node goes away says so, and goes on by itself once it is back', async () => {
  const log = await visitor.go('/log');
  await log.getByText('live', { exact: true }).waitFor();
  const lines = log.getByRole('log').locator('p');
  await expect.poll(() => lines.count()).toBeGreaterThan(0);
  const before = await lines.last().textContent();
  const tabs: Page[] = [];
  for (const _ of pages) {
    const tab = await log.context().newPage();
    tab.setDefaultTimeout(PATIENCE_MS);
    await tab.goto(`${node.url}/users`);
    await tab.getByRole('heading', { level: 1 }).waitFor();
    tabs.push(tab);
  }

  const idle = await log.context().newPage();
  await idle.goto(`${node.url}/`);
  await idle.getByText('sqlite').first().waitFor();

  await node.kill();
  for (const [at, [address]] of pages.entries()) await goWithin(tabs[at]!, address);
  for (const tab of tabs) {
    await tab.getByRole('heading', { name: 'No connection to the node' }).first().waitFor({ timeout: LIVE_CALL_MS });
    await tab.getByText('The node is away').waitFor();
  }
  await log.getByText('The node is away').waitFor();
  // It asks for nothing by itself.
  await idle.getByText('The node is away').waitFor({ timeout: LIVE_CALL_MS });
  await visitor.expectAccessible('a node that is away');

  await node.start();
  for (const [at, [address, shown]] of pages.entries()) {
    await shown(tabs[at]!).catch((error: unknown) => expect.fail(`${address} did not come back: ${String(error)}`));
    await tabs[at]!.getByText('The node is away').waitFor({ state: 'detached' });
    await tabs[at]!.close();
  }

  await idle.getByText('The node is away').waitFor({ state: 'detached' });
  await idle.close();

  // The log goes on below what it had: told once that the node was started again, and of nothing that is missing.
  await log.getByText('The node was started again.').waitFor();
  await log.getByText('ready', { exact: false }).last().waitFor();
  const texts = await lines.allTextContents();
  const note = texts.findIndex((text) => text.includes('The node was started again.'));
  expect(texts[note - 1], 'nothing of the new run comes before the note').toBe(before);
  expect(texts.slice(note).some((text) => text.includes('ready'))).toBe(true);
  expect(texts.filter((text) => /missing|started again/.test(text))).toHaveLength(1);
}, 90_000);
