import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { WebSocketConstructor } from '../src/connection.js';
import { PatchbayClient, type Transport } from '../src/index.js';
import { Node } from './node.js';

const node = new Node('auth:\n  accessTokenLifetime: 2s\n');

beforeAll(async () => {
  await node.start();
  node.addUser('ada', 'admin', 'correct horse');
  node.run(['collection', 'create', 'c']);
}, 120_000);

afterAll(() => node.stop());

it.each<Transport>(['websocket', 'http'])('a login outlives its access tokens, and so does what it watches, over %s', async (transport) => {
  const renewed: unknown[] = [];
  const client = new PatchbayClient({ url: node.url, webSocket: WebSocket as unknown as WebSocketConstructor, transport, onTokens: (tokens) => renewed.push(tokens) });
  await client.login('ada', 'correct horse');
  const seen: string[] = [];
  const ends: unknown[] = [];
  await client.collection('c').changes({}, { onChanges: (changes) => seen.push(...changes.map((change) => change.id)), onEnd: (error) => ends.push(error) });
  const written: string[] = [];
  while (renewed.length < 4) {
    written.push((await client.collection('c').create({ n: written.length })).id);
  }
  await vi.waitFor(() => expect(seen).toHaveLength(written.length), 30_000);
  expect(seen).toEqual(written);
  expect(ends).toEqual([]);
  client.close();
});
