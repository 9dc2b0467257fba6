import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Data, type DocumentChange, PatchbayClient, PatchbayError, type Status } from '../src/index.js';
import type { WebSocketConstructor } from '../src/connection.js';
import { Node } from './node.js';
import { BlockingProxy } from './proxy.js';

const node = new Node();
const proxy = new BlockingProxy(() => node.port);
const clients: PatchbayClient[] = [];

beforeAll(async () => {
  await node.start();
  node.addUser('ada', 'admin', 'correct horse');
  await proxy.start();
}, 120_000);

afterAll(async () => {
  proxy.stop();
  await node.stop();
});

afterEach(() => clients.splice(0).forEach((client) => client.close()));

/** Where clients connect to. */
let url = () => node.url;

function connect(onStatus: (status: Status) => void = () => undefined): PatchbayClient {
  const client = new PatchbayClient({ url: url(), webSocket: WebSocket as unknown as WebSocketConstructor, onStatus });
  clients.push(client);
  return client;
}

async function admin(onStatus?: (status: Status) => void): Promise<PatchbayClient> {
  const client = connect(onStatus);
  expect((await client.login('ada', 'correct horse')).name).toBe('ada');
  return client;
}

/** Long enough for a machine that has other things to do. */
function waitFor(check: () => void): Promise<void> {
  return vi.waitFor(check, 30_000);
}

let collections = 0;

async function newCollection(): Promise<string> {
  const name = `c${++collections}`;
  const login = await fetch(`${node.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ method: 'password', identifier: 'ada', password: 'correct horse' }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const created = await fetch(`${node.url}/api/v1/collections`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ name, indexes: ['n'] }),
  });
  expect(created.status).toBe(201);
  return name;
}

async function rejection(promise: Promise<unknown>): Promise<PatchbayError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: PatchbayError) => error,
  );
}

describe.each([
  ['over a WebSocket', () => node.url],
  ['over HTTP, where no WebSocket gets through', () => proxy.url],
])('%s', (_name, way) => {
  beforeAll(() => {
    url = way;
  });

  describe('documents', () => {
    it('are created, read, merged, replaced and deleted', async () => {
      const cities = (await admin()).collection(await newCollection());
      const created = await cities.create({ name: 'Lyon', population: 522250, area: { km2: 47.87, land: 1 } });
      expect(await cities.get(created.id)).toMatchObject({ id: created.id, revision: created.revision, data: { name: 'Lyon' } });

      const patched = await cities.patch(created.id, { population: 520774, area: { land: null } }, { ifRevision: created.revision });
      expect(patched.revision).toBeGreaterThan(created.revision);
      expect((await cities.get(created.id)).data).toEqual({ name: 'Lyon', population: 520774, area: { km2: 47.87 } });

      await cities.put(created.id, { name: 'Lugdunum' });
      expect((await cities.get(created.id)).data).toEqual({ name: 'Lugdunum' });

      await cities.delete(created.id);
      expect((await rejection(cities.get(created.id))).code).toBe('DOCUMENT_NOT_FOUND');
    });

    it('keep integers beyond 2^53 as BigInt', async () => {
      const values = (await admin()).collection(await newCollection());
      const data: Data = { big: 2n ** 62n, small: -(2n ** 60n), exact: 2 ** 52, text: 'say "9007199254740993" \\' };
      const { id } = await values.create(data);
      expect((await values.get(id)).data).toEqual(data);
    });

    it('refuse a write at another revision and say the current one', async () => {
      const values = (await admin()).collection(await newCollection());
      const { revision } = await values.put('a', { n: 1 }, { ifAbsent: true });
      const conflict = await rejection(values.put('a', { n: 2 }, { ifRevision: revision + 1000 }));
      expect(conflict).toMatchObject({ code: 'REVISION_CONFLICT', details: { currentRevision: revision } });
      expect((await rejection(values.put('a', { n: 2 }, { ifAbsent: true }))).code).toBe('REVISION_CONFLICT');
    });

    it('are filtered, sorted and paged', async () => {
      const client = await admin();
      const name = await newCollection();
      await client.transaction([...Array(25).keys()].map((n) => ({ op: 'put', collection: name, data: { n } })));
      const seen: number[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await client.collection<{ n: number }>(name).list({ filter: 'n >= 5', sort: '-n', limit: 7, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map((item) => item.data.n));
        cursor = page.next;
      } while (cursor);
      expect(seen).toEqual([...Array(20).keys()].map((n) => 24 - n));
    });

    it('change all together or not at all', async () => {
      const client = await admin();
      const name = await newCollection();
      const failure = await rejection(
        client.transaction([
          { op: 'put', collection: name, document: 'a', data: {} },
          { op: 'check', collection: name, document: 'b', ifRevision: 1 },
        ]),
      );
      expect(failure.code).toBe('REVISION_CONFLICT');
      expect((await client.collection(name).list()).items).toEqual([]);
    });
  });

  describe('access', () => {
    it('is refused to who has not logged in', async () => {
      const name = await newCollection();
      expect(['UNAUTHENTICATED', 'FORBIDDEN']).toContain((await rejection(connect().collection(name).list())).code);
    });

    it('is refused for a wrong password, without a hint whether the user exists', async () => {
      const [wrong, unknown] = await Promise.all([rejection(connect().login('ada', 'wrong horse')), rejection(connect().login('bob', 'wrong horse'))]);
      expect(wrong).toMatchObject({ code: 'LOGIN_FAILED', message: unknown.message });
    });

    it('ends with the logout', async () => {
      const kept: unknown[] = [];
      const client = new PatchbayClient({ url: url(), webSocket: WebSocket as unknown as WebSocketConstructor, onTokens: (tokens) => kept.push(tokens) });
      clients.push(client);
      await client.login('ada', 'correct horse');
      const name = await newCollection();
      const { refreshToken } = client.tokens!;
      await client.logout();
      expect(kept.at(-1)).toBeUndefined();
      expect(['UNAUTHENTICATED', 'FORBIDDEN']).toContain((await rejection(client.collection(name).list())).code);
      expect((await rejection(connect().loginWithRefreshToken(refreshToken))).retryable).toBe(false);
    });

    it('goes on with a refresh token', async () => {
      const first = await admin();
      const second = connect();
      expect((await second.loginWithRefreshToken(first.tokens!.refreshToken)).name).toBe('ada');
      expect((await second.collection(await newCollection()).list()).items).toEqual([]);
    });
  });

  describe('a watch', () => {
    it('shows the state, then what others change, and removes what leaves the filter', async () => {
      const name = await newCollection();
      const writer = (await admin()).collection<{ n: number }>(name);
      await writer.put('a', { n: 1 });
      await writer.put('b', { n: 20 });

      let state: Record<string, number> | undefined;
      const stop = await (await admin()).collection<{ n: number }>(name).watch(
        { filter: 'n < 10' },
        { onState: (documents) => (state = Object.fromEntries([...documents].map(([id, document]) => [id, document.data.n]))) },
      );
      await waitFor(() => expect(state).toEqual({ a: 1 }));
      await writer.put('c', { n: 3 });
      await writer.put('b', { n: 2 });
      await waitFor(() => expect(state).toEqual({ a: 1, b: 2, c: 3 }));
      await writer.put('a', { n: 100 });
      await writer.delete('c');
      await waitFor(() => expect(state).toEqual({ b: 2 }));
      stop();
    });
  });

  describe('over a restart of the node', () => {
    it('changes go on exactly once and in order, a watch ends in the true state, and a write under way is carried out once', async () => {
      const name = await newCollection();
      const statuses: Status[] = [];
      const reader = await admin((status) => statuses.push(status));
      const changes: DocumentChange<{ n: number }>[] = [];
      let watched = 0;
      await reader.collection<{ n: number }>(name).changes({}, { onChanges: (more) => changes.push(...more) });
      await reader.collection(name).watch({}, { onState: (documents) => (watched = documents.size) });

      const writer = (await admin()).collection<{ n: number }>(name);
      const write = async () => {
        for (let n = 0; n < 200; n++) {
          await writer.create({ n });
        }
      };
      const writing = write();
      await waitFor(() => expect(changes.length).toBeGreaterThan(20));
      await node.kill();
      await node.start();
      await writing;

      await waitFor(() => expect(changes.length).toBeGreaterThanOrEqual(200));
      await waitFor(() => expect(watched).toBe(200));
      expect(changes.map((change) => change.op === 'put' && change.document.data.n)).toEqual([...Array(200).keys()]);
      expect(statuses).toContain('disconnected');
    }, 120_000);
  });
});

it('the way over HTTP was found because WebSockets were asked for in vain', () => expect(proxy.refused).toBeGreaterThan(10));

it('a runtime without any WebSocket goes over HTTP', async () => {
  vi.stubGlobal('WebSocket', undefined);
  const client = new PatchbayClient({ url: node.url });
  clients.push(client);
  await client.login('ada', 'correct horse');
  await client.collection(await newCollection()).create({ n: 1 });
  vi.unstubAllGlobals();
});
