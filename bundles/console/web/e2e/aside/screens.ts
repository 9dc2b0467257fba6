import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { Node } from '../../../../../clients/typescript/test/node.ts';
import { Api } from '../api.ts';
import { PASSWORD } from '../stage.ts';
import { Visitor } from '../visitor.ts';

const folder = resolve(import.meta.dirname, '../../../target/screens');
const looks = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { colorScheme, size: 'wide', viewport: { width: 1280, height: 800 } },
  { colorScheme, size: 'phone', viewport: { width: 390, height: 844 } },
]);
const only = process.env['SCREENS'];
const empty = new Node();
let shot: (visitor: Visitor, name: string) => Promise<void>;

const cities: [string, string, number, boolean, string[]][] = [
  ['Paris', 'FR', 2_102_650, true, ['river', 'metro']],
  ['Lyon', 'FR', 522_250, false, ['river']],
  ['Marseille', 'FR', 873_076, false, ['sea', 'harbour']],
  ['Berlin', 'DE', 3_677_472, true, ['river', 'metro']],
  ['Hamburg', 'DE', 1_892_122, false, ['harbour']],
  ['München', 'DE', 1_512_491, false, ['metro']],
  ['Roma', 'IT', 2_748_109, true, ['river', 'metro']],
  ['Milano', 'IT', 1_354_196, false, ['metro']],
  ['Madrid', 'ES', 3_332_035, true, ['metro']],
  ['Barcelona', 'ES', 1_636_193, false, ['sea', 'metro', 'harbour']],
  ['Lisboa', 'PT', 545_923, true, ['river', 'sea']],
  ['Wien', 'AT', 1_982_097, true, ['river', 'metro']],
  ['Zürich', 'CH', 427_721, false, ['lake']],
  ['Amsterdam', 'NL', 931_298, true, ['canals', 'harbour']],
  ['København', 'DK', 660_842, true, ['sea', 'metro']],
  ['Stockholm', 'SE', 984_748, true, ['sea', 'metro']],
];

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await empty.start();
  empty.addUser('ada', 'admin', PASSWORD);
  const api = await Api.open('ada');
  await api.newCollection('cities', { list: 'auth != null', read: 'auth != null' }, ['population', ['country', '-population']]);
  await api.newCollection('readings', { list: 'true', read: 'true', create: 'auth != null' }, [['sensor', '-time']]);
  await api.newCollection('orders', { list: 'doc.customer == auth.id', read: 'doc.customer == auth.id', create: 'after.customer == auth.id' }, ['customer', 'state', ['state', '-placed']]);
  await api.newCollection('notes');
  for (const [name, country, population, capital, tags] of cities) await api.call('POST', '/collections/cities/documents', { name, country, population, capital, tags });
});

afterAll(() => empty.stop());

it.each(looks.filter(({ colorScheme, size }) => !only || only === `${colorScheme}-${size}`))('$colorScheme, $size', async ({ colorScheme, size, viewport }) => {
  const options = { colorScheme, viewport, reducedMotion: 'reduce' as const };
  shot = async (visitor, name) => {
    await visitor.settle();
    await visitor.page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size}.png`), fullPage: true });
  };
  await strangers(options);
  await emptyNode(options);
  await fullNode(options, colorScheme, size);
  await operatedNode(options);
});

const jar = resolve(import.meta.dirname, '../../../../../sample-plugins/store-h2/target/patchbay-store-h2-0.1.0.jar');

/** The pages for operators; what they change is taken back. */
async function operatedNode(options: object): Promise<void> {
  const visitor = await Visitor.arrive('ada', options);
  const page = await visitor.go('/plugins');
  const openMenu = async () => {
    // On a phone it is beside what is shown, and a menu closes when something scrolls.
    const menu = page.getByRole('button', { name: /^Actions for/ });
    await menu.scrollIntoViewIfNeeded();
    await visitor.settle();
    await menu.click();
  };
  await shot(visitor, 'plugins-empty');
  await page.getByRole('button', { name: 'Install a plugin' }).click();
  await shot(visitor, 'plugin-install');
  await page.getByLabel('An address').check();
  await shot(visitor, 'plugin-address');
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await shot(visitor, 'plugin-address-missing');
  await page.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:9/no-such-plugin.jar');
  await page.getByLabel('SHA-256').fill('0'.repeat(64));
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await shot(visitor, 'plugin-refused');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByLabel('A file of this computer').check();
  await page.getByLabel('The plugin’s jar').setInputFiles(jar);
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('The plugin is unsigned.').waitFor();
  await shot(visitor, 'plugin-plan');
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByRole('row', { name: /store.h2/ }).getByText('active').waitFor();
  await page.locator('summary').first().click();
  await shot(visitor, 'plugins');
  await visitor.go('/stores');
  await shot(visitor, 'stores');
  await page.getByRole('button', { name: 'Move' }).click();
  await shot(visitor, 'store-move');
  await page.getByRole('button', { name: 'Move the documents' }).click();
  await page.getByText('up to date').waitFor();
  await shot(visitor, 'stores-followed');
  await visitor.go('/plugins');
  await openMenu();
  await page.getByRole('menuitem', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await shot(visitor, 'plugin-problem');
  const api = await Api.open('ada');
  await visitor.go('/stores');
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('h2, up to date').waitFor();
  await api.call('POST', '/stores/documents/drop');
  await visitor.go('/plugins');
  await openMenu();
  await page.getByRole('menuitem', { name: 'Uninstall' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Uninstall' }).click();
  await page.getByRole('heading', { name: 'No plugins yet' }).waitFor();
  await visitor.go('/users');
  await page.getByRole('button', { name: 'Actions for uma' }).click();
  await shot(visitor, 'users');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New user' }).click();
  await shot(visitor, 'user-new');
  await visitor.go('/log');
  await page.getByText('live', { exact: true }).waitFor();
  await page.screenshot({ path: join(folder, `log-${(options as { colorScheme: string }).colorScheme}-${(options as { viewport: { width: number } }).viewport.width}.png`) });
  await visitor.leave();
}

async function strangers(options: object): Promise<void> {
  const visitor = await Visitor.arrive(undefined, options);
  const page = await visitor.go('/login');
  await shot(visitor, 'login');
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await shot(visitor, 'login-failed');
  await visitor.go('/setup');
  await shot(visitor, 'setup-without-code');
  await visitor.go('/setup?code=x');
  await shot(visitor, 'setup-used');
  await page.route('**/auth/setup/check', (route) => route.fulfill({ status: 403, json: { code: 'FORBIDDEN', detail: 'This link is of another node, or was not copied whole: take the one that this node printed when it started.' } }));
  await visitor.go('/setup?code=x');
  await shot(visitor, 'setup-wrong');
  await page.route('**/auth/setup/check', (route) => route.fulfill({ status: 204 }));
  await visitor.go('/setup?code=x');
  await shot(visitor, 'setup');
  await visitor.go('/nothing');
  await shot(visitor, 'not-found-stranger');
  visitor.faults.length = 0;
  await visitor.leave();
}

async function emptyNode(options: object): Promise<void> {
  const visitor = await Visitor.arrive('ada', options, empty.url);
  await visitor.go('/');
  await shot(visitor, 'overview-empty');
  await visitor.go('/collections');
  await shot(visitor, 'collections-empty');
  await visitor.go('/nothing/here');
  await shot(visitor, 'not-found');
  visitor.faults.length = 0;
  await visitor.leave();
}

async function fullNode(options: object, colorScheme: string, size: string): Promise<void> {
  const visitor = await Visitor.arrive('ada', options);
  const page = await visitor.go('/');
  await shot(visitor, 'overview');
  await visitor.go('/collections');
  await page.getByRole('button', { name: 'Actions for cities' }).click();
  await shot(visitor, 'collections');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New collection' }).first().click();
  await shot(visitor, 'new-collection');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Actions for cities' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await shot(visitor, 'delete-collection');
  await visitor.go('/collections/cities?sort=-population');
  await page.locator('[data-status="connected"]').waitFor();
  const api = await Api.open('ada');
  const { id } = (await api.call('POST', '/collections/cities/documents', { name: 'Oslo', country: 'NO', population: 717_710, capital: true, tags: ['sea', 'metro'] })) as { id: string };
  await page.locator(`tr[data-id="${id}"]`).waitFor();
  await shot(visitor, 'documents');
  await page.screenshot({ path: join(folder, `first-sight-${colorScheme}-${size}.png`) });
  await page.getByLabel('Filter').fill('country == "FR" && population >');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await shot(visitor, 'documents-filter-mistake');
  await visitor.go('/collections/cities?filter=country+%3D%3D+%22XX%22');
  await shot(visitor, 'documents-no-match');
  await visitor.go('/collections/cities');
  await page.locator('button.id').first().click();
  await shot(visitor, 'document-edit');
  const edited = (await page.getByRole('dialog').locator('h2').textContent())!.replace('Edit ', '');
  await api.put('cities', edited, { name: 'Paris', country: 'FR', population: 2_102_651, capital: true, tags: ['river', 'metro'] });
  await page.getByText('Someone else').waitFor();
  await page.getByLabel('Data').fill('{ "name": ');
  await shot(visitor, 'document-conflict');
  await api.call('DELETE', `/collections/cities/documents/${id}`);
  await visitor.go('/collections/notes');
  await shot(visitor, 'documents-empty');
  await visitor.go('/collections/unheard-of');
  await shot(visitor, 'documents-no-collection');
  await visitor.go('/collections/orders/rules');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText('denied').waitFor();
  await shot(visitor, 'rules');
  await page.getByRole('textbox', { name: 'list' }).fill('doc.customer == auth.id ||\n  customer == "shop"');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').first().waitFor();
  await shot(visitor, 'rules-mistake');
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.getByRole('link', { name: 'Patchbay' }).click();
  await page.getByRole('heading', { name: 'No connection to the node' }).waitFor();
  await shot(visitor, 'overview-failing');
  if (await page.getByRole('button', { name: 'Menu' }).isVisible()) {
    await page.getByRole('button', { name: 'Menu' }).click();
    await shot(visitor, 'menu');
  }
  await visitor.leave();
}
