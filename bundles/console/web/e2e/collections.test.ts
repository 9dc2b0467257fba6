import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from './api.ts';
import { PASSWORD } from './stage.ts';
import { Visitor } from './visitor.ts';

let api: Api;
let visitor: Visitor;

beforeAll(async () => {
  api = await Api.open('ada');
  visitor = await Visitor.arrive('ada');
});

afterAll(() => visitor.leave());

it('the overview tells of the node, and leads on', async () => {
  const page = await visitor.go('/');
  await page.getByText('ready', { exact: true }).waitFor();
  await page.getByText('sqlite').first().waitFor();
  await page.getByRole('link', { name: /collections?$/ }).last().click();
  await page.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
});

it('a collection is made with indexes, its indexes change, and it is deleted once its name is typed', async () => {
  const page = await visitor.go('/collections');
  await page.getByRole('button', { name: 'New collection' }).first().click();
  await page.getByLabel('Name').fill('no such name!');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await visitor.expectAccessible('a name that is refused');
  await page.getByLabel('Name').fill('orders');
  await page.getByLabel('Indexes').fill('total\ncustomer, -total\n');
  await page.getByLabel('Who is logged in may read').check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'orders' }).waitFor();
  expect(await api.call('GET', '/collections/orders')).toMatchObject({ indexes: ['total', ['customer', '-total']], rules: { list: 'auth != null', create: null } });

  await visitor.go('/collections');
  await page.getByRole('button', { name: 'Actions for orders' }).click();
  await page.getByRole('menuitem', { name: 'Indexes' }).click();
  await page.getByRole('textbox', { name: 'Indexes' }).fill('customer');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await api.call('GET', '/collections/orders')).toMatchObject({ indexes: ['customer'], rules: { list: 'auth != null' } });

  await page.getByRole('button', { name: 'Actions for orders' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const confirm = page.getByRole('button', { name: 'Delete the collection' });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel('Type orders to confirm').fill('orders');
  await confirm.click();
  await page.getByRole('link', { name: 'orders', exact: true }).waitFor({ state: 'detached' });
  await expect(api.call('GET', '/collections/orders')).rejects.toThrow('404');
});

it('a collection that someone else has deleted is told of, and leaves the list', async () => {
  const other = await Visitor.arrive('ada');
  await api.newCollection('brief-a');
  await api.newCollection('brief-b');
  await api.newCollection('brief-c');
  const page = await visitor.go('/collections');
  const open = async (name: string, item: string) => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await open('brief-a', 'Delete');
  await page.getByLabel('Type brief-a to confirm').fill('brief-a');
  await other.go('/collections');
  await other.page.getByRole('button', { name: 'Actions for brief-a' }).click();
  await other.page.getByRole('menuitem', { name: 'Delete' }).click();
  await other.page.getByLabel('Type brief-a to confirm').fill('brief-a');
  await other.page.keyboard.press('Enter');
  await other.page.getByRole('link', { name: 'brief-a', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Delete the collection' }).click();
  await page.getByText('Someone else had deleted brief-a already.').waitFor();
  await page.getByRole('link', { name: 'brief-a', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('brief-b');

  await open('brief-b', 'Indexes');
  await page.getByRole('textbox', { name: 'Indexes' }).fill('one');
  await api.call('DELETE', '/collections/brief-b');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Someone else has deleted brief-b').waitFor();
  await page.getByRole('link', { name: 'brief-b', exact: true }).waitFor({ state: 'detached' });
  await api.call('DELETE', '/collections/brief-c');
  await other.leave();
});

it('the first app that the overview shows works as it stands, but for the name and the password', async () => {
  await api.newCollection('a-first');
  const page = await visitor.go('/');
  const source = (await page.locator('pre').textContent())!.replace('NAME', 'ada').replace('PASSWORD', PASSWORD);
  const server = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(source));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const app = await page.context().newPage();
  await app.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await api.put('a-first', 'one', { seen: 'by the app' });
  await app.getByText('by the app').waitFor();
  await app.close();
  server.closeAllConnections();
  server.close();
  await api.call('DELETE', '/collections/a-first');
});

it('who is no admin is told so', async () => {
  const user = await Visitor.arrive('uma');
  const page = await user.go('/collections');
  await page.getByRole('heading', { name: 'Not for your account' }).waitFor();
  await user.expectAccessible('no admin');
  await user.leave();
});
