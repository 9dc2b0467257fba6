import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { Visitor } from './visitor.ts';

let visitor: Visitor;

beforeAll(async () => {
  const api = await Api.open('ada');
  await api.newCollection('drafts', { list: 'true' });
  await api.put('drafts', 'one', { text: 'as it was' });
  visitor = await Visitor.arrive('ada');
});

afterAll(() => visitor.leave());

function question() {
  return visitor.page.getByRole('dialog', { name: 'Discard what you changed?' });
}

/** The harmless answer has the focus. */
async function keepEditing(): Promise<void> {
  await question().getByRole('button', { name: 'Keep editing' }).and(visitor.page.locator(':focus')).waitFor();
  await visitor.page.keyboard.press('Enter');
  await question().waitFor({ state: 'detached' });
}

async function discard(): Promise<void> {
  await question().getByRole('button', { name: 'Discard' }).click();
  await question().waitFor({ state: 'detached' });
}

describe('rules', () => {
  it('are not dropped by a link, Back or a closing tab without a question', async () => {
    await visitor.go('/collections');
    const { page } = visitor;
    await page.getByRole('button', { name: 'Actions for drafts' }).click();
    await page.getByRole('menuitem', { name: 'Rules' }).click();
    const list = page.getByRole('textbox', { name: 'list' });
    await list.click();
    await page.keyboard.type(' && false');
    const typed = await list.inputValue();

    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await question().waitFor();
    await visitor.expectAccessible('unsaved rules');
    await keepEditing();
    expect(await list.inputValue()).toBe(typed);
    await page.goBack();
    await keepEditing();
    expect(await list.inputValue()).toBe(typed);
    expect(new URL(page.url()).pathname).toBe('/collections/drafts/rules');

    const closing = page.waitForEvent('dialog');
    await page.evaluate(() => setTimeout(() => location.reload()));
    const dialog = await closing;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(await list.inputValue()).toBe(typed);

    await page.goBack();
    await question().waitFor();
    await discard();
    await page.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
    await page.goForward();
    await expect.poll(() => list.inputValue()).toBe('true');
  });

  it('that are as they were are left without one', async () => {
    const page = await visitor.go('/collections/drafts/rules');
    const list = page.getByRole('textbox', { name: 'list' });
    await list.fill('false');
    await list.fill('true');
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await question().count()).toBe(0);
  });
});

describe('a document', () => {
  it('is not dropped by Escape, Cancel or Back without a question', async () => {
    await visitor.go('/collections');
    const { page } = visitor;
    await page.getByRole('link', { name: 'drafts', exact: true }).click();
    const editor = page.getByRole('dialog', { name: 'Edit one' });
    const open = () => page.locator('tr[data-id="one"] button.id').press('Enter');
    await open();
    await page.getByLabel('Data').fill('{ "text":"as it was"}');
    await page.keyboard.press('Escape');
    await editor.waitFor({ state: 'detached' });

    await open();
    await page.getByLabel('Data').fill('{"text": "as it will be"}');
    // A browser closes a dialog by itself at the second Escape, if it is let.
    await page.keyboard.press('Escape');
    await question().waitFor();
    await page.keyboard.press('Escape');
    await question().waitFor({ state: 'detached' });
    await editor.getByRole('button', { name: 'Cancel' }).press('Enter');
    await keepEditing();
    await page.mouse.click(5, 5);
    await page.goBack();
    await keepEditing();
    expect(await page.getByLabel('Data').inputValue()).toBe('{"text": "as it will be"}');
    expect(new URL(page.url()).pathname).toBe('/collections/drafts');
    await page.keyboard.press('Escape');
    await discard();
    await editor.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('one');

    await open();
    await page.getByLabel('Data').fill('{"text": "as it will be"}');
    await page.goBack();
    await question().waitFor();
    await discard();
    await page.getByRole('heading', { name: 'Collections', exact: true }).waitFor();
    await editor.waitFor({ state: 'detached' });
  });
});
