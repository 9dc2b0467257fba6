import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Node } from '../../../../clients/typescript/test/node.ts';
import { Api } from './api.ts';
import { PASSWORD } from './stage.ts';
import { twoStepsPlugin } from './twoSteps.ts';
import { Visitor } from './visitor.ts';

const PLUGIN = 'io.patchbay.store.h2';
const jar = sample('store-h2');

/** A node apart: what is done to it here would be felt by the other tests. */
const node = new Node();
let api: Api;
let visitor: Visitor;
let server: Server;

beforeAll(async () => {
  await node.start();
  node.addUser('ada', 'admin', PASSWORD);
  node.addUser('uma', 'user', PASSWORD);
  api = await Api.open('ada', node.url);
  visitor = await Visitor.arrive('ada', {}, node.url);
  server = createServer((_, response) => response.end(readFileSync(jar))).listen(0, '127.0.0.1');
});

afterAll(async () => {
  await visitor.leave();
  server.close();
  await node.stop();
});

function sample(name: string): string {
  return resolve(import.meta.dirname, `../../../../sample-plugins/${name}/target/patchbay-${name}-0.1.0.jar`);
}

function addressOfJar(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/h2.jar`;
}

function digestOfJar(): string {
  return createHash('sha256').update(readFileSync(jar)).digest('hex');
}

function plugins(): Promise<{ state: string; name: string }[]> {
  return api.call('GET', '/plugins').then((list) => (list as { items: { state: string; name: string }[] }).items);
}

it('a plugin is uploaded once it is seen what it will do, stopped, started and uninstalled', async () => {
  const page = await visitor.go('/plugins');
  await page.getByRole('heading', { name: 'No plugins yet' }).waitFor();
  await page.getByRole('button', { name: 'Install a plugin' }).click();
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('jar first').waitFor();
  expect(await page.getByLabel('The plugin’s jar').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('The plugin’s jar').setInputFiles({ name: 'my café plugin.jar', mimeType: 'application/java-archive', buffer: Buffer.from('no jar') });
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByRole('dialog').getByRole('alert').getByText('my café plugin.jar').waitFor();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByLabel('The plugin’s jar').setInputFiles(jar);
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('The plugin is unsigned.').waitFor();
  await page.getByText('Stores can be swapped to h2.').waitFor();
  await page.getByText(/What it needs: all \d+ there/).click();
  await page.getByText('package io.patchbay.api.document').waitFor();
  await visitor.expectAccessible('a plan');
  expect(await plugins()).toEqual([]);
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  const row = page.getByRole('row', { name: new RegExp(PLUGIN) });
  await row.getByText('active').waitFor();
  await row.getByText('DocumentStoreFactory h2').waitFor();
  await page.getByText('0.1.0 is installed').waitFor();

  for (const [verb, state] of [['Stop', 'stopped'], ['Start', 'active']] as const) {
    await page.getByRole('button', { name: `Actions for ${PLUGIN}` }).click();
    await page.getByRole('menuitem', { name: verb }).click();
    await page.getByRole('dialog').getByText('DocumentStoreFactory h2').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: verb }).click();
    await row.getByText(state, { exact: true }).waitFor();
  }
  await visitor.expectAccessible('plugins');
  await page.getByRole('list', { name: 'Parts of the node' }).getByText('control', { exact: true }).click();
  await page.getByText('control.sock').waitFor();

  await page.getByRole('button', { name: `Actions for ${PLUGIN}` }).click();
  await page.getByRole('menuitem', { name: 'Uninstall' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Uninstall' }).click();
  await page.getByRole('heading', { name: 'No plugins yet' }).waitFor();
});

it('what is carried out is the plan that was shown: if the node has changed, the new one is shown first', async () => {
  await api.call('POST', '/plugins', { url: addressOfJar(), sha256: digestOfJar() });
  await expect.poll(async () => (await plugins()).map(({ state }) => state), { timeout: 10_000 }).toEqual(['active']);
  const page = await visitor.go('/plugins');
  await page.getByRole('button', { name: `Actions for ${PLUGIN}` }).click();
  await page.getByRole('menuitem', { name: 'Uninstall' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('No store stands on h2, so nobody is affected.').waitFor();
  await dialog.getByText('stop and remove 0.1.0').waitFor();
  await api.call('POST', `/plugins/${PLUGIN}/stop`);
  await expect.poll(async () => (await plugins()).map(({ state }) => state), { timeout: 10_000 }).toEqual(['stopped']);
  await dialog.getByRole('button', { name: 'Uninstall' }).click();
  await dialog.getByRole('alert').getByText(`${PLUGIN} 0.1.0 is stopped now, and was running.`).waitFor();
  await visitor.expectAccessible('a plan that was outdated');
  expect(await plugins()).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Uninstall' }).click();
  await page.getByRole('heading', { name: 'No plugins yet' }).waitFor();
});

it('a receipt says what became of a version that was removed', async () => {
  const page = await visitor.go('/plugins');
  const receipt = page.getByRole('region', { name: 'Receipts' }).getByRole('row', { name: new RegExp(PLUGIN) }).first();
  await receipt.waitFor();
  await visitor.expectAccessible('receipts');
  const collect = page.getByRole('button', { name: 'Have Java collect now' });
  if (await collect.isVisible()) await collect.click();
  await receipt.getByText('old class loader collected after').waitFor();
});

it('an update that can’t take over what the old version kept asks whether clients may begin again', async () => {
  node.run(['plugin', 'install', twoStepsPlugin()]);
  const page = await visitor.go('/plugins');
  await page.getByRole('button', { name: 'Actions for com.example.twosteps' }).click();
  await page.getByRole('menuitem', { name: 'Update' }).click();
  await page.getByLabel('The plugin’s jar').setInputFiles(twoStepsPlugin('2.0.0', 2));
  await page.getByRole('button', { name: 'See what will happen' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('alert').getByText('2.0.0 cannot adopt the state of').waitFor();
  expect(await dialog.textContent(), 'what is for the command line').not.toContain('--reconnect');
  expect(await dialog.getByRole('button', { name: 'Update' }).getAttribute('aria-disabled')).toBe('true');
  await visitor.expectAccessible('an update that loses state');
  await dialog.getByLabel('Let them reconnect').check();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  await dialog.getByLabel('Let them reconnect').uncheck();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Let them reconnect').check();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Update' }).click();
  await page.getByText('is updated from 1.0.0 to 2.0.0').waitFor();
  node.run(['plugin', 'uninstall', 'com.example.twosteps']);
});

it('a hook’s refusal is shown at the field that it is about', async () => {
  node.run(['plugin', 'install', sample('hook-validate')]);
  await api.newCollection('cities');
  const page = await visitor.go('/collections/cities');
  await page.getByRole('button', { name: 'New document' }).first().click();
  const data = page.getByLabel('Data');
  await data.fill('{"population": 5}');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('alert').getByText('name: A city has a name.', { exact: true }).waitFor();
  await data.fill('{"name": "Lyon", "note": "population", "near": {"population": 1}, "population": -5}');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('alert').getByText("A city's population is not negative.").waitFor();
  const selected = await data.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart - 3, area.selectionEnd + 4));
  expect(selected).toBe('}, "population": -5');
  await data.fill('{"name": "Lyon", "population": 5}');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('cell', { name: 'lyon', exact: true }).waitFor();
  node.run(['plugin', 'uninstall', 'io.patchbay.hook.validate']);
});

it('what is not well says why', async () => {
  node.run(['plugin', 'install', sample('hook-validate')]);
  const page = await visitor.go('/');
  await page.route('**/api/v1/plugins', async (route) => {
    const all = (await (await route.fetch()).json()) as { items: object[] };
    await route.fulfill({ json: { ...all, items: all.items.map((plugin) => ({ ...plugin, state: 'degraded', fault: 'Its hook fails.' })) } });
  });
  await page.route('**/api/v1/components', (route) =>
    route.fulfill({ json: { items: [{ path: 'engine', state: 'running', facts: {}, parts: [{ path: 'engine/hooks/cities', state: 'isolated', facts: { 'last failure': 'it threw' }, parts: [] }] }], next: null } }),
  );
  await visitor.go('/plugins');
  const plugin = page.getByRole('row', { name: /io\.patchbay\.hook\.validate/ });
  await plugin.getByText('degraded', { exact: true }).waitFor();
  await plugin.getByText('Its hook fails.').waitFor();
  await page.getByText('it threw', { exact: true }).waitFor();
  await visitor.expectAccessible('a plugin that is degraded');
  await page.unroute('**/api/v1/plugins');
  await page.unroute('**/api/v1/components');
  node.run(['plugin', 'uninstall', 'io.patchbay.hook.validate']);
});

it('a plugin comes from an address, and only what the digest names', async () => {
  const page = await visitor.go('/plugins');
  await page.getByRole('button', { name: 'Install a plugin' }).click();
  await page.getByLabel('An address').check();
  await page.getByRole('button', { name: 'See what will happen' }).click();
  for (const field of ['Address', 'SHA-256']) expect(await page.getByLabel(field, { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await visitor.expectAccessible('an address that is missing');
  await page.getByLabel('Address', { exact: true }).fill(addressOfJar());
  await page.getByLabel('SHA-256').fill('0'.repeat(64));
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('nothing is installed').waitFor();
  await page.getByRole('button', { name: 'Back' }).click();
  expect(await page.getByLabel('Address', { exact: true }).inputValue()).toContain('/h2.jar');
  expect(await page.getByLabel('SHA-256').inputValue()).toBe('0'.repeat(64));
  await page.getByLabel('SHA-256').fill(digestOfJar());
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('The plugin is unsigned.').waitFor();
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByRole('row', { name: new RegExp(PLUGIN) }).getByText('active').waitFor();
});

it('a store is moved, rolled back, moved again, and the old one dropped', async () => {
  await api.newCollection('things');
  for (let at = 0; at < 20; at++) await api.put('things', `t${at}`, { at });
  const page = await visitor.go('/stores');
  const store = page.getByRole('region', { name: 'documents' });
  const move = async (adapter: string) => {
    await store.getByRole('button', { name: 'Move' }).click();
    await visitor.expectAccessible('the dialog of a swap');
    await page.getByLabel('Adapter', { exact: true }).selectOption(adapter);
    if (adapter === 'h2') await page.getByLabel('Keep it in clear').check();
    await page.getByRole('button', { name: 'Move the documents' }).click();
    await store.getByText('up to date').waitFor();
  };
  await move('h2');
  await visitor.expectAccessible('a store with a follower');
  await store.getByText('sqlite, up to date').waitFor();
  await store.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await store.getByText('h2, up to date').waitFor();
  await store.getByRole('button', { name: 'Drop the old store' }).click();
  await page.getByLabel('Type h2 to confirm').fill('h2');
  await page.getByRole('button', { name: 'Drop it' }).click();
  await store.getByRole('button', { name: 'Roll back' }).waitFor({ state: 'detached' });
  await store.getByText('follows until it is dropped').waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  expect(((await api.call('GET', '/collections/things/documents?limit=50')) as { items: unknown[] }).items).toHaveLength(20);
});

it('a swap that runs already is found by its kind, whatever it is called', async () => {
  const job = { id: 'j1', kind: 'store-swap', title: 'called anything', state: 'running', progress: 0.5, progressText: 'copying', eta: 3, result: null, error: null };
  const page = visitor.page;
  await page.route('**/api/v1/jobs', (route) => route.fulfill({ json: { items: [{ ...job, id: 'j0', kind: 'plugin-install' }, job], next: null } }));
  await page.route('**/api/v1/jobs/j1', (route) => route.fulfill({ json: job }));
  await visitor.go('/stores');
  await page.getByRole('region', { name: 'documents' }).getByText('copying').waitFor();
  await page.unrouteAll();
  const { items } = (await api.call('GET', '/jobs')) as { items: { kind: string; title: string }[] };
  expect(items.filter(({ title }) => title.startsWith('swap documents')).map(({ kind }) => kind)).toContain('store-swap');
});

it('users are made, changed, locked out and deleted', async () => {
  const page = await visitor.go('/users');
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByLabel('Name').fill('eve');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await visitor.expectAccessible('a password that is too short');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create' }).click();
  const row = page.getByRole('row', { name: /^eve/ });
  await row.getByText('may log in').waitFor();
  const eve = await Api.open('eve', node.url);

  const act = async (item: string, button: string) => {
    await page.getByRole('button', { name: 'Actions for eve' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await page.getByRole('dialog').getByRole('button', { name: button }).click();
  };
  await act('Make an admin', 'Make an admin');
  await row.getByText('admin', { exact: true }).waitFor();
  await act('Lock out', 'Lock out');
  await row.getByText('locked out').waitFor();
  await expect(eve.call('GET', '/collections')).rejects.toThrow('401');
  await page.getByRole('button', { name: 'Actions for eve' }).click();
  await page.getByRole('menuitem', { name: 'New password' }).click();
  await page.getByLabel('Password', { exact: true }).fill(`${PASSWORD}!`);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('logged out everywhere').waitFor();
  await page.getByRole('button', { name: 'Actions for eve' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel('Type eve to confirm').fill('eve');
  await page.getByRole('button', { name: 'Delete the user' }).click();
  await row.waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain('Actions for');
});

it('the log shows lines as they come, of a level, and what was looked for', async () => {
  const page = await visitor.go('/log');
  await page.getByText('live', { exact: true }).waitFor();
  const lines = page.getByRole('log');
  await lines.getByText('There is no admin yet').waitFor();
  expect(await lines.textContent()).toContain('setup?code=***');
  const stops = lines.getByText(`${PLUGIN} 0.1.0 is stopped.`);
  const before = await stops.count();
  await api.call('POST', `/plugins/${PLUGIN}/stop`);
  await expect.poll(() => stops.count(), { timeout: 10_000 }).toBe(before + 1);
  await page.getByLabel('Contains').fill('is stopped');
  await expect.poll(() => lines.locator('p').count()).toBe(await lines.getByText('is stopped').count());
  await page.getByLabel('Level').selectOption('error');
  await page.getByLabel('Contains').fill('');
  await lines.getByText('No line of this level yet.').waitFor();
  await visitor.expectAccessible('an empty log');
});

it('a plain user is told whom to ask', async () => {
  const uma = await Visitor.arrive('uma', {}, node.url);
  for (const address of ['/plugins', '/stores', '/users', '/log']) {
    const page = await uma.go(address);
    await page.getByRole('heading', { name: 'Not for your account' }).first().waitFor();
  }
  await uma.leave();
});
