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
});
