import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Visitor } from './visitor.ts';

const APP = '**/assets/*.js';

let visitor: Visitor;
/** Lets the app's script come. */
let release: () => void;

async function arrive(name?: string): Promise<Page> {
  visitor = await Visitor.arrive(name, { reducedMotion: 'reduce' });
  const come = new Promise<void>((resolve) => (release = resolve));
  await visitor.page.route(APP, async (route) => {
    await come;
    await route.continue();
  });
  return visitor.page;
}

async function started(page: Page): Promise<void> {
  release();
  await page.locator('html:not([data-page])').waitFor();
}

/** Where the parts of the page stand. */
function places(page: Page, parts: string): Promise<unknown> {
  return page.evaluate((parts) => [...document.querySelectorAll(parts)].map((part) => [part.textContent, part.getBoundingClientRect().toJSON()]), parts);
}

beforeEach(() => (release = () => undefined));

afterEach(() => visitor.leave());

it('shows the navigation and the heading before the script has come, where they stay', async () => {
  const page = await arrive('ada');
  await page.goto(`${visitor.url}/users`, { waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  await page.getByRole('link', { name: 'Collections' }).waitFor();
  expect(await page.title()).toBe('Users · Patchbay');
  await visitor.expectAccessible('before the script');
  const before = await places(page, 'h1, nav a, .brand');
  await started(page);
  await page.getByText('ada').first().waitFor();
  expect(await places(page, 'h1, nav a, .brand')).toEqual(before);
});

it('keeps what is typed into the login before the script has come', async () => {
  const page = await arrive();
  await page.goto(`${visitor.url}/login`, { waitUntil: 'commit' });
  await page.getByLabel('Name').fill('ada');
  const before = await places(page, 'h1, .brand, label, input, button');
  await started(page);
  expect(await page.getByLabel('Name').inputValue()).toBe('ada');
  expect(await places(page, 'h1, .brand, label, input, button')).toEqual(before);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
});

it('shows a stranger the login and nothing of the console', async () => {
  const page = await arrive();
  await page.goto(`${visitor.url}/users?a=b`, { waitUntil: 'commit' });
  await page.waitForURL('**/login?to=%2Fusers%3Fa%3Db');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await started(page);
});

it('does not show the login to who is logged in', async () => {
  const page = await arrive('ada');
  await page.goto(`${visitor.url}/login`, { waitUntil: 'domcontentloaded' });
  expect(await page.getByRole('heading', { name: 'Log in' }).isVisible()).toBe(false);
  await started(page);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});

it('paints a chosen theme from the beginning', async () => {
  const page = await arrive('ada');
  await page.addInitScript(() => localStorage.setItem('patchbay.theme', 'dark'));
  await page.goto(`${visitor.url}/`, { waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
  await started(page);
});
