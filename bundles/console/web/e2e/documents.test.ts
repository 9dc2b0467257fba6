import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { Visitor } from './visitor.ts';

const cities = [
  ['paris', 'Paris', 'FR', 2_102_650],
  ['lyon', 'Lyon', 'FR', 522_250],
  ['berlin', 'Berlin', 'DE', 3_677_472],
  ['rome', 'Rome', 'IT', 2_748_109],
] as const;

let api: Api;
let visitor: Visitor;
let other: Visitor;

beforeAll(async () => {
  api = await Api.open('ada');
  await api.newCollection('cities', {}, ['population']);
  for (const [id, name, country, population] of cities) await api.put('cities', id, { name, country, population });
  await api.newCollection('nothing');
  await api.newCollection('wide');
  for (const at of [0, 1, 2]) await api.put('wide', `w${at}`, { ...Object.fromEntries(Array.from({ length: 9 }, (_, f) => [`f${f}`, at])), ...(at < 2 ? { rare: at } : {}) });
  await api.newCollection('sighted', { list: 'doc.open == true', read: 'doc.open == true', update: 'true' });
  await api.newCollection('many');
  await api.call('POST', '/transactions', { operations: Array.from({ length: 120 }, (_, at) => ({ op: 'put', collection: 'many', document: `m${String(at).padStart(3, '0')}`, data: { at } })) });
  visitor = await Visitor.arrive('ada');
  other = await Visitor.arrive('ada');
});

afterAll(async () => {
  await visitor.leave();
  await other.leave();
});

function row(of: Visitor, id: string) {
  return of.page.locator(`tr[data-id="${id}"]`);
}

function ids(of: Visitor): Promise<(string | null)[]> {
  return of.page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')));
}

async function edit(of: Visitor, id: string, text: string): Promise<void> {
  await row(of, id).locator('button.id').click();
  await of.page.getByLabel('Data').fill(text);
}

describe('the table', () => {
  afterEach(async () => {
    await visitor.page.keyboard.press('Escape');
  });

  it('filters, and keeps the filter in the address', async () => {
    const page = await visitor.go('/collections/cities');
    await page.getByLabel('Filter').fill('country == "FR" && population > 1000000');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect.poll(() => ids(visitor)).toEqual(['paris']);
    await page.reload();
    await row(visitor, 'paris').waitFor();
    expect(await ids(visitor)).toEqual(['paris']);
  });

  it('shows where a filter is wrong, and keeps the rows', async () => {
    const page = await visitor.go('/collections/cities');
    await row(visitor, 'paris').waitFor();
    await page.getByLabel('Filter').fill('country == "FR" && population >');
    await page.keyboard.press('Enter');
    const mistake = await page.locator('.view pre').textContent();
    expect(mistake).toMatch(/^country == "FR" && population >\n +\^$/);
    await visitor.expectAccessible('a filter with a mistake');
    expect((await ids(visitor)).length).toBe(4);
    await page.getByLabel('Filter').fill('');
    await page.keyboard.press('Enter');
    await page.locator('.view pre').waitFor({ state: 'detached' });
  });

  it('sorts by a click on a column', async () => {
    const page = await visitor.go('/collections/cities');
    const population = page.getByRole('button', { name: 'population' });
    await population.click();
    await expect.poll(() => ids(visitor)).toEqual(['lyon', 'paris', 'rome', 'berlin']);
    await population.click();
    await expect.poll(() => ids(visitor)).toEqual(['berlin', 'rome', 'paris', 'lyon']);
    expect(await page.locator('th[aria-sort="descending"]').textContent()).toContain('population');
  });

  it('turns pages forth and back', async () => {
    const page = await visitor.go('/collections/many');
    await page.getByRole('button', { name: 'Next' }).click();
    await row(visitor, 'm050').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await row(visitor, 'm100').waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Back' }).click();
    await row(visitor, 'm050').waitFor();
    await page.getByLabel('Rows').selectOption('200');
    await row(visitor, 'm119').waitFor();
  });

  it('goes back by the browser’s Back, and a reload keeps what is shown', async () => {
    const page = await visitor.go('/collections/cities');
    await row(visitor, 'berlin').waitFor();
    await page.getByLabel('Filter').fill('country == "FR"');
    await page.keyboard.press('Enter');
    await expect.poll(() => ids(visitor)).toEqual(['lyon', 'paris']);
    await page.getByRole('button', { name: 'population' }).click();
    await page.getByRole('button', { name: 'population' }).click();
    await expect.poll(() => ids(visitor)).toEqual(['paris', 'lyon']);
    await page.goBack();
    await page.goBack();
    await page.locator('th[aria-sort="descending"]').waitFor({ state: 'detached' });
    await expect.poll(() => page.getByLabel('Sort').inputValue()).toBe('');
    await page.goBack();
    await row(visitor, 'berlin').waitFor();
    expect(await page.getByLabel('Filter').inputValue()).toBe('');
    await page.goForward();
    await expect.poll(() => ids(visitor)).toEqual(['lyon', 'paris']);
  });

  it('keeps the page in the address: over a reload, in a link, and for Back', async () => {
    const page = await visitor.go('/collections/many');
    await page.getByRole('button', { name: 'Next' }).click();
    await row(visitor, 'm050').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await row(visitor, 'm100').waitFor();
    await page.reload();
    await row(visitor, 'm100').waitFor();
    await page.goBack();
    await row(visitor, 'm050').waitFor();
    await page.goBack();
    await row(visitor, 'm000').waitFor();
    await visitor.go('/collections/many?page=3');
    await row(visitor, 'm100').waitFor();
    await page.getByText('Page 3', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await row(visitor, 'm050').waitFor();
  });

  it('says that there are more fields, lets them be chosen, and always shows what it is sorted by', async () => {
    const page = await visitor.go('/collections/wide');
    await page.getByText('7 of the 10 fields are shown.').waitFor();
    // One that would be shown anyway takes no second place.
    await page.getByLabel('Sort').fill('f0, -rare');
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort="ascending"]', { hasText: 'f0' }).waitFor();
    await page.getByText('7 of the 10 fields are shown.').waitFor();
    await page.getByLabel('Sort').fill('-rare');
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort="descending"]', { hasText: 'rare' }).waitFor();
    expect(await ids(visitor)).toEqual(['w1', 'w0', 'w2']);
    await page.getByText('7 of the 10 fields are shown.').waitFor();
    await page.getByRole('button', { name: 'Choose fields' }).click();
    await visitor.expectAccessible('the fields to choose');
    await page.getByRole('dialog').getByLabel('f8').check();
    await page.getByRole('dialog').getByLabel('f1').uncheck();
    await page.getByRole('button', { name: 'Show them' }).click();
    await page.getByRole('columnheader', { name: 'f8' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'f8' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'f1' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Choose fields' }).click();
    await page.getByRole('button', { name: 'The most frequent' }).click();
    await page.getByRole('columnheader', { name: 'f8' }).waitFor({ state: 'detached' });
  });

  it('says that a collection is empty, or not there', async () => {
    const page = await visitor.go('/collections/nothing');
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor();
    await visitor.go('/collections/unheard-of');
    await page.getByRole('heading', { name: 'No such collection' }).waitFor();
  });
});

describe('a document', () => {
  it('is written, and others see it come, change and go', async () => {
    const page = await visitor.go('/collections/cities');
    await other.go('/collections/cities');
    await other.page.locator('[data-status="connected"]').waitFor();
    await page.getByRole('button', { name: 'New document' }).click();
    await page.getByLabel('Id').fill('oslo');
    await page.getByLabel('Data').fill('{"name": "Oslo", "population": 1');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByLabel('Data').fill('{"name": "Oslo", "country": "NO", "population": 9007199254740993}');
    await page.getByRole('button', { name: 'Create' }).click();
    await row(visitor, 'oslo').waitFor();
    const arrived = row(other, 'oslo');
    await arrived.and(other.page.locator('.new')).waitFor();
    expect(await arrived.textContent(), 'a number that JavaScript can not hold').toContain('9007199254740993');

    await edit(visitor, 'oslo', '{"name": "Oslo", "country": "NO", "population": 717710}');
    await page.getByLabel('Data').press('Control+Enter');
    await arrived.and(other.page.locator('.changed')).waitFor();
    await arrived.getByText('717710').waitFor();
    await arrived.and(other.page.locator(':not(.changed):not(.new)')).waitFor();

    await row(visitor, 'oslo').getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await arrived.waitFor({ state: 'detached' });
  });

  it('that someone else changed meanwhile is not overwritten', async () => {
    const page = await visitor.go('/collections/cities');
    await edit(visitor, 'rome', '{"name": "Roma", "country": "IT", "population": 2748109}');
    await api.put('cities', 'rome', { name: 'Rome', country: 'IT', population: 3_000_000 });
    await page.getByText('Someone else changed this document').waitFor();
    await visitor.expectAccessible('a conflict');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Someone else changed this document').waitFor();
    expect(await api.call('GET', '/collections/cities/documents/rome')).toMatchObject({ data: { name: 'Rome', population: 3_000_000 } });
    await page.getByRole('button', { name: 'Show theirs' }).click();
    await expect.poll(() => page.getByLabel('Data').inputValue()).toContain('3000000');
    await page.getByLabel('Data').fill('{"name": "Roma", "country": "IT", "population": 3000000}');
    await page.getByRole('button', { name: 'Save' }).click();
    await row(visitor, 'rome').getByText('Roma').waitFor();
  });

  it('that someone else deleted meanwhile is created again with what was typed', async () => {
    const page = await visitor.go('/collections/cities?filter=country+%3D%3D+%22PT%22');
    await page.locator('[data-status="connected"]').waitFor();
    await api.put('cities', 'porto', { name: 'Porto', country: 'PT' });
    await row(visitor, 'porto').waitFor();
    await edit(visitor, 'porto', '{"name": "Oporto", "country": "PT"}');
    await other.go('/collections/cities');
    await row(other, 'porto').getByRole('button', { name: 'Actions' }).click();
    await other.page.getByRole('menuitem', { name: 'Delete' }).click();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Someone else deleted this document').waitFor();
    await visitor.expectAccessible('a document that is gone');
    await page.getByRole('button', { name: 'Create it again' }).click();
    await row(visitor, 'porto').getByText('Oporto').waitFor();
    expect(await api.call('GET', '/collections/cities/documents/porto')).toMatchObject({ data: { name: 'Oporto' } });
  });

  it('whose deletion no event told of is found gone by the save', async () => {
    const page = await visitor.go('/collections/cities?filter=country+%3D%3D+%22PT%22');
    await page.locator('[data-status="connected"]').waitFor();
    await edit(visitor, 'porto', '{"name": "Portus", "country": "PT"}');
    await api.put('cities', 'porto', { name: 'Porto', country: 'out of the filter' });
    await page.getByText('Someone else changed this document').waitFor();
    await api.call('DELETE', '/collections/cities/documents/porto');
    await page.getByRole('button', { name: 'Keep mine over it' }).click();
    await page.getByText('Someone else deleted this document').waitFor();
    expect(await page.getByLabel('Data').evaluate((area) => area === document.activeElement)).toBe(true);
    await page.getByLabel('Data').press('Control+Enter');
    await row(visitor, 'porto').getByText('Portus').waitFor();
    await api.call('DELETE', '/collections/cities/documents/porto');
  });

  it('is not deleted unseen, nor twice', async () => {
    await api.put('cities', 'bonn', { name: 'Bonn' });
    const page = await visitor.go('/collections/cities');
    const ask = async () => {
      await row(visitor, 'bonn').getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
    };
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    await ask();
    await api.put('cities', 'bonn', { name: 'Bonna' });
    await confirm.click();
    await page.getByText('Someone else changed it meanwhile.').waitFor();
    await row(visitor, 'bonn').getByText('Bonna').waitFor();
    await confirm.click();
    await row(visitor, 'bonn').waitFor({ state: 'detached' });

    await api.put('cities', 'bonn', { name: 'Bonn' });
    await ask();
    await api.call('DELETE', '/collections/cities/documents/bonn');
    await confirm.click();
    await page.getByText('Someone else had deleted bonn already.').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('that a rule no longer shows is not called deleted', async () => {
    await api.put('sighted', 'seen', { open: true });
    const user = await Visitor.arrive('uma');
    await user.go('/collections/sighted');
    await user.page.locator('[data-status="connected"]').waitFor();
    await row(user, 'seen').locator('button.id').click();
    await api.put('sighted', 'seen', { open: false });
    await user.page.getByText('This document has left your sight').waitFor();
    await user.page.keyboard.press('Escape');
    await user.page.getByRole('dialog').waitFor({ state: 'detached' });
    await user.leave();
  });

  it('leaves the keyboard where it was: at its row, or at the one that took its place', async () => {
    const page = await visitor.go('/collections/cities?sort=name');
    const focused = () => page.evaluate(() => document.activeElement?.closest('tr')?.getAttribute('data-id') ?? document.activeElement?.tagName);
    await api.put('cities', 'nice', { name: 'Nice', country: 'FR', population: 1 });
    await row(visitor, 'nice').locator('button.id').press('Enter');
    await page.getByLabel('Data').fill('{"name": "Aaa", "country": "FR", "population": 2}');
    await api.put('cities', 'nice', { name: 'Zzz', country: 'FR', population: 1 });
    await page.getByRole('button', { name: 'Keep mine over it' }).press('Enter');
    await expect.poll(() => page.getByLabel('Data').evaluate((area) => area === document.activeElement)).toBe(true);
    await page.getByLabel('Data').press('Control+Enter');
    await expect.poll(async () => (await ids(visitor))[0]).toBe('nice');
    await expect.poll(focused).toBe('nice');

    const next = (await ids(visitor))[1];
    await row(visitor, 'nice').getByRole('button', { name: 'Actions' }).press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await row(visitor, 'nice').waitFor({ state: 'detached' });
    await expect.poll(focused).toBe(next);

    await api.put('nothing', 'last', {});
    await visitor.go('/collections/nothing');
    await row(visitor, 'last').getByRole('button', { name: 'Actions' }).press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor();
    await expect.poll(focused).toBe('H1');
  });
});
