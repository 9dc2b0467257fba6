import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from './api.ts';
import { Visitor } from './visitor.ts';

let api: Api;
let visitor: Visitor;

beforeAll(async () => {
  api = await Api.open('ada');
  await api.newCollection('notes', { list: 'doc.public == true' });
  visitor = await Visitor.arrive('ada');
});

afterAll(() => visitor.leave());

function rules(): Promise<unknown> {
  return api.call('GET', '/collections/notes').then((collection) => (collection as { rules: unknown }).rules);
}

it('are changed, and a mistake is shown at its line and column', async () => {
  const page = await visitor.go('/collections/notes/rules');
  const list = page.getByRole('textbox', { name: 'list' });
  expect(await list.inputValue()).toBe('doc.public == true');
  await list.fill('doc.public == true ||\n  owner == auth.id');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('line 2, column 3').waitFor();
  expect(await page.locator('form pre').first().textContent()).toBe('  owner == auth.id\n  ^');
  await visitor.expectAccessible('a rule with a mistake');
  expect(await list.evaluate((area: HTMLTextAreaElement) => [document.activeElement === area, area.selectionStart]), 'the caret stands at the mistake').toEqual([true, 24]);
  expect(await rules()).toMatchObject({ list: 'doc.public == true' });

  await list.fill('doc.public == true ||\n  doc.owner == auth.id');
  await page.getByLabel('Admins alone may create').uncheck();
  await page.getByRole('textbox', { name: 'create' }).fill('after.owner == auth.id');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rules count from now on').waitFor();
  expect(await rules()).toMatchObject({ list: 'doc.public == true ||\n  doc.owner == auth.id', create: 'after.owner == auth.id', delete: null });
});

it('are tried out before they are saved', async () => {
  const page = await visitor.go('/collections/notes/rules');
  await page.getByLabel('Admins alone may update').uncheck();
  await page.getByRole('textbox', { name: 'update' }).fill('before.owner == auth.id && after.owner == before.owner');
  const form = page.getByRole('form', { name: 'Try the rules out' });
  await form.getByLabel('May they').selectOption('update');
  await form.getByRole('button', { name: 'Try' }).click();
  await form.getByText('denied').waitFor();
  await form.getByLabel('The document as it will be').fill('{"owner": "ann", "text": "new"}');
  await form.getByText('denied').waitFor({ state: 'detached' });
  await form.getByRole('button', { name: 'Try' }).click();
  await form.getByText('allowed').waitFor();
  await visitor.expectAccessible('rules tried out');
  await form.getByLabel('Who').selectOption('stranger');
  await form.getByRole('button', { name: 'Try' }).click();
  await form.getByText('denied').waitFor();
  expect(await rules()).toMatchObject({ update: null });
});

it('are saved over nobody’s change unseen', async () => {
  const page = await visitor.go('/collections/notes/rules');
  const list = page.getByRole('textbox', { name: 'list' });
  const create = page.getByRole('textbox', { name: 'create' });
  await create.waitFor();

  await api.call('PUT', '/collections/notes', { rules: { ...((await rules()) as object), list: 'doc.tight == true' } });
  await create.fill('auth != null');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rules count from now on').waitFor();
  expect(await rules(), 'a rule that was not touched here stays theirs').toMatchObject({ list: 'doc.tight == true', create: 'auth != null' });
  expect(await list.inputValue()).toBe('doc.tight == true');

  await api.call('PUT', '/collections/notes', { rules: { ...((await rules()) as object), list: 'doc.theirs == true' } });
  await list.fill('doc.mine == true');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Someone else changed this meanwhile').waitFor();
  await page.getByText('doc.theirs == true').waitFor();
  await visitor.expectAccessible('rules that someone else changed');
  expect(await rules()).toMatchObject({ list: 'doc.theirs == true' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Someone else changed this meanwhile').waitFor({ state: 'detached' });
  await expect.poll(rules).toMatchObject({ list: 'doc.mine == true' });
});

it('are tried out on integers of any size', async () => {
  const page = await visitor.go('/collections/notes/rules');
  await page.getByLabel('Admins alone may read').uncheck();
  await page.getByRole('textbox', { name: 'read' }).fill('doc.n == 9007199254740993');
  const form = page.getByRole('form', { name: 'Try the rules out' });
  await form.getByLabel('May they').selectOption('read');
  await form.getByLabel('The document').fill('{"n": 9007199254740993}');
  await form.getByRole('button', { name: 'Try' }).click();
  await form.getByText('allowed').waitFor();
});
