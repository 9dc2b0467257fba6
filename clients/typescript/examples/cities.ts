import { type ClientOptions, PatchbayClient, type PatchbayError } from '@patchbay/client';

type City = { name: string; population: number };

/** With options such as `{ url: 'http://127.0.0.1:7420' }`. */
export async function largeCities(options: ClientOptions): Promise<string[]> {
  const client = new PatchbayClient(options);
  await client.login('ann', 'correct horse battery');
  const cities = client.collection<City>('cities');
  await cities.put('lyon', { name: 'Lyon', population: 522_250 });
  const again = cities.put('lyon', { name: 'Lugdunum', population: 1 }, { ifAbsent: true });
  await again.catch((error: PatchbayError) => console.log(error.code, error.details));

  const { items } = await cities.list({ filter: 'population > 400000', sort: '-population', limit: 20 });
  const stop = await cities.changes({ filter: 'population > 400000' }, {
    onChanges: (changes, position) => changes.forEach((change) => console.log(change.op, change.id, position)),
    onEnd: (error) => console.log(error.message),
  });
  stop();
  client.close();
  return items.map((city) => city.data.name);
}
