import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Node } from '../../../../clients/typescript/test/node.ts';
import { Api } from './api.ts';
import { PASSWORD } from './stage.ts';
import { TWO_STEPS_PASSWORD, twoStepsPlugin } from './twoSteps.ts';
import { Visitor } from './visitor.ts';

const visitors: Visitor[] = [];

async function arrive(...args: Parameters<typeof Visitor.arrive>): Promise<Visitor> {
  const visitor = await Visitor.arrive(...args);
  visitors.push(visitor);
  return visitor;
}

afterEach(async () => {
  for (const visitor of visitors.splice(0)) await visitor.leave();
});

describe('the first admin', () => {
  const node = new Node();

  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('is made by the link that the node prints, which works once', async () => {
    const link = await expect.poll(() => /http:\/\/\S+\/setup\?code=\S+/.exec(node.log)?.[0], { timeout: 10_000 }).toBeTruthy().then(() => /http:\/\/\S+\/setup\?code=\S+/.exec(node.log)![0]);
    const visitor = await arrive(undefined, {}, node.url);
    const { page } = visitor;
    await page.goto(`${node.url}/setup?code=0123`);
    await page.getByRole('alert').getByText('another node, or was not copied whole').waitFor();
    await page.getByText('patchbay user add').waitFor();
    await visitor.expectAccessible('a wrong link');
    await page.goto(link);
    await page.getByLabel('Name').waitFor();
    expect(page.url(), 'the code is not left in the address').not.toContain('code=');
    await page.reload();
    await page.getByLabel('Name').fill('grace');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByLabel('The same again').fill('another one');
    await page.getByRole('button', { name: 'Make the admin' }).click();
    await page.getByText('The two passwords differ.').waitFor();
    await visitor.expectAccessible('setup with a mistake');
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make the admin' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('grace').waitFor();

    const late = await arrive(undefined, {}, node.url);
    await late.page.goto(link);
    await late.page.getByRole('alert').getByText('an admin already').waitFor();
    await late.page.getByRole('button', { name: 'Log in' }).click();
    await late.page.getByRole('heading', { name: 'Log in' }).waitFor();
  });
});

describe('the login', () => {
  it('refuses a wrong password in a sentence, and leads to the page that was wanted', async () => {
    const { page } = await arrive();
    await page.goto(`${(await Api.open('ada')).url}/collections?x=1`);
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/collections');
  });

  it('leads to no other site', async () => {
    const visitor = await arrive();
    const page = await visitor.go('/login?to=//evil.example/');
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${visitor.url}/`);
  });

  it('ends for all tabs and for the node when one logs out', async () => {
    const visitor = await arrive('ada');
    const page = await visitor.go('/');
    const other = await page.context().newPage();
    await other.goto(`${visitor.url}/collections`);
    await other.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
    const token = await page.evaluate(() => (JSON.parse(localStorage.getItem('patchbay.login')!) as { accessToken: string }).accessToken);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await other.getByRole('heading', { name: 'Log in' }).waitFor();
    await expect.poll(async () => (await fetch(`${visitor.url}/api/v1/users`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  it('is renewed before its token ends, unseen', async () => {
    const visitor = await arrive('ada');
    const page = await visitor.go('/');
    const token = await page.evaluate(() => {
      const login = JSON.parse(localStorage.getItem('patchbay.login')!) as { accessToken: string; expiresAt: number };
      localStorage.setItem('patchbay.login', JSON.stringify({ ...login, expiresAt: Date.now() - 1 }));
      return login.accessToken;
    });
    await visitor.go('/collections');
    await page.getByRole('button', { name: 'New collection' }).first().waitFor();
    expect(await page.evaluate(() => localStorage.getItem('patchbay.login'))).not.toContain(token);
  });

  it('that ends under a live table says so by itself', async () => {
    const api = await Api.open('ada');
    await api.newCollection('watched');
    const visitor = await arrive();
    await visitor.keep(api);
    const page = await visitor.go('/collections/watched');
    await page.getByText('live', { exact: true }).waitFor();
    await api.call('POST', '/auth/logout', { refreshToken: api.login.refreshToken });
    await page.getByText('Your login has ended').waitFor();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  it('that was ended elsewhere says so, and goes on where it was', async () => {
    const api = await Api.open('ada');
    const visitor = await arrive();
    await visitor.keep(api);
    const page = await visitor.go('/collections');
    await api.call('POST', '/auth/logout', { refreshToken: api.login.refreshToken });
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Your login has ended').waitFor();
    await visitor.expectAccessible('a login that has ended');
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});

describe('a login in two steps', () => {
  const node = new Node();

  beforeAll(async () => {
    await node.start();
    node.run(['plugin', 'install', twoStepsPlugin()]);
  });
  afterAll(() => node.stop());

  it('asks for what its method asks, and begins again where it was refused', async () => {
    const visitor = await arrive(undefined, {}, node.url);
    const { page } = visitor;
    await page.goto(`${node.url}/login`);
    await page.getByLabel('Name').fill('eva');
    await page.getByRole('button', { name: 'two-steps' }).click();
    expect(await page.getByLabel('Name').inputValue(), 'what was typed stays').toBe('eva');
    await visitor.expectAccessible('a choice of ways to log in');
    await page.getByLabel('Password').fill('not this one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();

    await page.getByLabel('Password').fill(TWO_STEPS_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Type the code.').waitFor();
    await visitor.expectAccessible('the second step of a login');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('autocomplete'))).toBe('one-time-code');
    await page.getByRole('button', { name: 'Begin again' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('eva');
    expect(await page.getByLabel('Password').inputValue()).toBe('');

    await page.getByLabel('Password').fill(TWO_STEPS_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByLabel('Code').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(TWO_STEPS_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByLabel('Code').fill('ave');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  });

  it('is what is offered where passwords were taken out', async () => {
    const { page } = await arrive(undefined, {}, node.url);
    await page.route('**/api/v1/auth/methods', async (route) => {
      const all = (await (await route.fetch()).json()) as { items: { name: string }[] };
      await route.fulfill({ json: { items: all.items.filter(({ name }) => name === 'two-steps'), next: null } });
    });
    const asked = page.waitForResponse('**/api/v1/auth/methods');
    await page.goto(`${node.url}/login`);
    await asked;
    await page.getByLabel('Name').fill('eva');
    expect(await page.getByRole('group', { name: 'Ways to log in' }).count()).toBe(0);
    await page.getByLabel('Password').fill(TWO_STEPS_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Type the code.').waitFor();
  });
});
