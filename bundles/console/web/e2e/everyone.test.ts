import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pages from '../src/pages/pages.json' with { type: 'json' };
import { Api } from './api.ts';
import { Visitor } from './visitor.ts';

const addresses = pages.map(({ path, open }) => ({ address: path.replace('{name}', 'people'), open: open === true }));

beforeAll(async () => {
  const api = await Api.open('ada');
  await api.newCollection('people', { list: 'auth != null' }, ['name']);
  await api.put('people', 'ann', { name: 'Ann', age: 41, tags: ['a', 'b'], remote: true });
  await api.put('people', 'bob', { name: 'Bob', age: null });
});

async function arrive(who: Visitor, address: string): Promise<Page> {
  const page = await who.go(address);
  await who.settle();
  return page;
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  let visitor: Visitor;
  let stranger: Visitor;

  beforeAll(async () => {
    visitor = await Visitor.arrive('ada', { colorScheme, reducedMotion: 'reduce' });
    stranger = await Visitor.arrive(undefined, { colorScheme, reducedMotion: 'reduce' });
  });

  afterAll(async () => {
    await visitor.leave();
    await stranger.leave();
  });

  it.each(addresses)('$address keeps nobody out', async ({ address, open }) => {
    const who = open ? stranger : visitor;
    await arrive(who, address);
    await who.expectAccessible(address);
  });
});

it('no page is wider than a phone', async () => {
  const visitor = await Visitor.arrive('ada', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  for (const { address } of addresses.filter(({ open }) => !open)) {
    const page = await arrive(visitor, address);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBe(390);
  }
  await visitor.go('/collections');
  // Out of sight to the right: the table scrolls to it, and the menu stays.
  await visitor.page.getByRole('button', { name: 'Actions for people' }).click();
  await visitor.page.getByRole('menuitem', { name: 'Rules' }).click();
  await visitor.page.getByRole('heading', { name: 'Rules' }).waitFor();
  await visitor.page.getByRole('button', { name: 'Menu' }).click();
  await visitor.page.getByRole('link', { name: 'Overview' }).click();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await visitor.page.getByRole('button', { name: 'Log out' }).waitFor({ state: 'hidden' });
  await visitor.leave();
});

describe('by keys alone', () => {
  let visitor: Visitor;

  beforeAll(async () => {
    visitor = await Visitor.arrive('ada');
  });

  afterAll(() => visitor.leave());

  function focused(): Promise<string> {
    return visitor.page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return element.id || element.getAttribute('aria-label') || element.textContent?.trim() || element.tagName;
    });
  }

  async function tabTo(name: RegExp, most = 40): Promise<void> {
    for (let step = 0; step < most; step++) {
      await visitor.page.keyboard.press('Tab');
      if (name.test(await focused())) return;
    }
    throw new Error(`${most} tabs do not lead to ${name}`);
  }

  it('the first tab skips to the page, and a new page takes the focus', async () => {
    const { keyboard } = await visitor.go('/');
    await keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the page');
    await keyboard.press('Enter');
    expect(await focused()).toBe('main');
    const page = await visitor.go('/');
    await tabTo(/^Collections$/, 6);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
    await expect.poll(focused).toBe('main');
  });

  it('a menu opens, moves, closes and gives the focus back', async () => {
    const page = await visitor.go('/collections');
    await page.getByRole('link', { name: 'people', exact: true }).waitFor();
    await tabTo(/^Actions for people$/);
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Documents');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Delete');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Actions for people');
  });

  it('a dialog keeps the focus, and Escape gives it back', async () => {
    const page = await visitor.go('/collections/people');
    await page.locator('tr[data-id="ann"]').waitFor();
    await tabTo(/^ann$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Edit ann' });
    await dialog.waitFor();
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog')!.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('ann');
  });
});

it('a node that is gone is told of, and what was shown stays', async () => {
  const visitor = await Visitor.arrive('ada');
  const page = await visitor.go('/collections/people');
  await page.locator('tr[data-id="ann"]').waitFor();
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { name: 'No connection to the node' }).waitFor();
  await visitor.expectAccessible('no node');
  await page.unroute('**/api/v1/**');
  await page.getByText('sqlite').first().waitFor();
  await visitor.leave();
});

it('an address that is no page says so, and leads back; a slash too many is taken away', async () => {
  const visitor = await Visitor.arrive('ada');
  const page = await visitor.go('/collections/?x=1');
  await page.getByRole('link', { name: 'people', exact: true }).waitFor();
  expect(page.url()).toBe(`${visitor.url}/collections?x=1`);
  expect(visitor.faults).toEqual([]);

  await visitor.go('/collections/people/nothing');
  await page.getByText('no page at /collections/people/nothing').waitFor();
  expect(visitor.faults.splice(0)).toEqual([`404 ${visitor.url}/collections/people/nothing`]);
  await visitor.expectAccessible('no such page');
  await page.getByRole('button', { name: 'Go to the overview' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await visitor.leave();

  const stranger = await Visitor.arrive();
  await stranger.go('/nothing');
  await stranger.page.getByRole('button', { name: 'Go to the overview' }).click();
  await stranger.page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(stranger.faults.splice(0)).toHaveLength(1);
  await stranger.leave();
  for (const path of ['/assets/none.js', '/api/v1/nothing', '/nothing']) {
    const response = await fetch(visitor.url + path);
    expect([response.status, response.headers.get('Content-Type')], path).toEqual([404, 'application/problem+json']);
  }
});
