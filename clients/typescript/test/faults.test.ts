import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encode } from 'cborg';
import { PatchbayClient, type PatchbayError, type Tokens } from '../src/index.js';
import { FakeNode } from './fakeNode.js';

const written = { id: 'a', revision: 2, created: true, position: 'm1:2', updatedAt: '2026-01-01T00:00:00.000Z' };
const tokens = (n: number) => ({ accessToken: `access-${n}`, refreshToken: `refresh-${n}`, expiresIn: 100, user: { id: 'u1', name: 'ann', role: 'user' } });

let node: FakeNode;
let client: PatchbayClient;
let kept: (Readonly<Tokens> | undefined)[];

beforeEach(() => {
  vi.useFakeTimers();
  node = new FakeNode();
  kept = [];
  client = new PatchbayClient({ url: 'http://node', webSocket: node.webSocket, onTokens: (more) => kept.push(more) });
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

async function failure(promise: Promise<unknown>): Promise<PatchbayError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: PatchbayError) => error,
  );
}

describe('a write', () => {
  it('is sent again under the same key when the connection ends before the answer', async () => {
    node.answer = (request, socket) => (node.sockets.length === 1 ? socket.end(1006, '') : socket.reply(request, written));
    const put = client.collection('c').put('a', { n: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await put).toMatchObject({ revision: 2 });
    expect(node.requests).toHaveLength(2);
    expect(node.requests[0]!['key']).toMatch(/^[0-9a-f]{32}$/);
    expect(node.requests[1]!['key']).toBe(node.requests[0]!['key']);
  });

  it('is tried again while the node is overloaded, and not when it is refused', async () => {
    let answers = 0;
    node.answer = (request, socket) => (++answers < 3 ? socket.fail(request, 'OVERLOADED', true) : socket.reply(request, written));
    const put = client.collection('c').put('a', {});
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await put).toMatchObject({ id: 'a' });
    node.answer = (request, socket) => socket.fail(request, 'REVISION_CONFLICT');
    const refused = failure(client.collection('c').put('a', {}));
    await vi.advanceTimersByTimeAsync(0);
    expect((await refused).code).toBe('REVISION_CONFLICT');
    expect(node.requests).toHaveLength(4);
  });

  it('that no frame can hold is refused here, and the connection goes on', async () => {
    const refused = await failure(client.collection('c').put('a', { text: 'x'.repeat(5 << 20) }));
    expect(refused.code).toBe('TOO_LARGE');
    await client.collection('c').put('a', {});
    expect(node.sockets).toHaveLength(1);
  });
});

describe('a login of several steps', () => {
  const challenge = { login: 'l1', challenge: { message: 'Type the code.', fields: [{ name: 'code', label: 'Code', type: 'code' }] }, expiresIn: 300 };

  beforeEach(() => {
    node.answer = (request, socket) => socket.reply(request, 'method' in request ? challenge : tokens(1));
  });

  it('asks the application for what the node asks for', async () => {
    const asked = vi.fn(() => Promise.resolve({ code: '123' }));
    expect(await client.loginBy('two-steps', { identifier: 'ann' }, asked)).toMatchObject({ name: 'ann' });
    expect(asked).toHaveBeenCalledWith({ message: 'Type the code.', fields: challenge.challenge.fields, expiresIn: 300 });
    expect(node.asked('login').map(({ id: _id, op: _op, ...fields }) => fields)).toEqual([
      { method: 'two-steps', identifier: 'ann' },
      { login: 'l1', answers: { code: '123' } },
    ]);
    expect(kept.at(-1)).toMatchObject({ accessToken: 'access-1' });
  });

  it('says what the node asks for where nobody answers', async () => {
    expect(await failure(client.login('ann', 'right'))).toMatchObject({ code: 'LOGIN_FAILED', message: 'The node asks for more: Type the code.' });
    expect(kept).toEqual([]);
  });

  it('ends where the application gives up', async () => {
    const failed = failure(client.loginBy('two-steps', {}, () => Promise.reject(new Error('cancelled'))));
    expect((await failed).message).toBe('cancelled');
    expect(node.asked('login')).toHaveLength(1);
  });
});

describe('a call', () => {
  it('fails when its time is over, although no connection ever came', async () => {
    client.close();
    client = new PatchbayClient({
      url: 'http://node',
      callTimeoutMs: 5_000,
      transport: 'websocket',
      webSocket: class {
        binaryType = '';
        readyState = 0;
        onopen = null;
        onmessage = null;
        onerror = null;
        onclose: ((event: { code: number; reason: string }) => void) | null = null;
        constructor() {
          queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' }));
        }
        send(): void {}
        close(): void {}
      },
    });
    const failed = failure(client.collection('c').get('a'));
    await vi.advanceTimersByTimeAsync(5_001);
    expect(await failed).toMatchObject({ code: 'DISCONNECTED', retryable: true });
  });

  it('waits no longer for the next try once the application knows that the node is back', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    let away = true;
    client.close();
    client = new PatchbayClient({
      url: 'http://node',
      callTimeoutMs: 120_000,
      transport: 'websocket',
      webSocket: class extends node.webSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol);
          if (away) queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' }));
        }
      },
    });
    const got = client.collection('c').get('a');
    await vi.advanceTimersByTimeAsync(30_000);
    const tries = node.sockets.length;
    away = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(node.sockets, 'it still waits by itself').toHaveLength(tries);
    client.reconnectNow();
    await vi.advanceTimersByTimeAsync(1);
    expect(await got).toBeUndefined();
    expect(node.sockets).toHaveLength(tries + 1);
    vi.restoreAllMocks();
  });

  it('ends at once when the client is closed', async () => {
    node.answer = () => undefined;
    const failed = failure(client.collection('c').get('a'));
    await vi.advanceTimersByTimeAsync(10);
    client.close();
    expect((await failed).code).toBe('CLOSED');
    expect((await failure(client.collection('c').get('a'))).code).toBe('CLOSED');
  });

  it('waits behind 200 others', async () => {
    node.answer = () => undefined;
    const calls = Array.from({ length: 250 }, () => client.collection('c').create({}));
    await vi.advanceTimersByTimeAsync(10);
    expect(node.requests).toHaveLength(200);
    node.answer = (request, socket) => socket.reply(request, written);
    [...node.requests].forEach((request) => node.socket.reply(request, written));
    await Promise.all(calls);
    expect(new Set(node.requests.map((request) => request['key'])).size).toBe(250);
  });
});

describe('a login', () => {
  beforeEach(() => {
    let n = 0;
    node.answer = (request, socket) => {
      const ok = request['op'] === 'refresh' || request['method'] ? tokens(++n) : { subscription: 1, position: 'm1:1', user: tokens(0).user };
      socket.reply(request, ok);
    };
  });

  it('is renewed before it ends', async () => {
    await client.login('ann', 'secret');
    await vi.advanceTimersByTimeAsync(80_001);
    expect(node.asked('refresh')).toMatchObject([{ refreshToken: 'refresh-1' }]);
    expect(kept).toMatchObject([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-2' }]);
  });

  it('is renewed once for all calls that met its end', async () => {
    await client.login('ann', 'secret');
    const good = node.answer;
    const expired = new Set<unknown>();
    node.answer = (request, socket) => {
      if (request['op'] === 'get' && expired.size < 3) {
        expired.add(request['id']);
        socket.fail(request, 'TOKEN_EXPIRED');
      } else {
        good(request, socket);
      }
    };
    await Promise.all(['a', 'b', 'c'].map((id) => client.collection('c').get(id)));
    expect(node.asked('refresh')).toHaveLength(1);
  });

  it('carries on what ended with its token', async () => {
    await client.login('ann', 'secret');
    let ended = false;
    await client.collection('c').changes({ since: 'm1:1' }, { onChanges: () => undefined, onEnd: () => (ended = true) });
    node.socket.push({ sub: 1, event: 'changes', position: 'm1:9', changes: [{ op: 'delete', id: 'a', revision: 9 }] });
    node.socket.push({ sub: 1, event: 'end', code: 'TOKEN_EXPIRED', message: 'The login has ended.' });
    await vi.advanceTimersByTimeAsync(1);
    expect(node.asked('refresh')).toHaveLength(1);
    expect(node.asked('subscribe').at(-1)).toMatchObject({ since: 'm1:9', subscription: 1 });
    expect(ended).toBe(false);
  });

  it('that the node ends is over for every subscription, and told', async () => {
    await client.login('ann', 'secret');
    const ends: string[] = [];
    await client.collection('c').watch({}, { onState: () => undefined, onEnd: (error) => ends.push(error.code) });
    node.answer = (request, socket) => socket.fail(request, request['op'] === 'refresh' ? 'LOGIN_FAILED' : 'TOKEN_EXPIRED');
    node.socket.end(1006, '');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ends).toEqual(['LOGIN_FAILED']);
    expect(kept.at(-1)).toBeUndefined();
    expect(node.sockets.every((socket, i) => i === 0 || socket.closedWith === 1000)).toBe(true);
  });
});

describe('a node that restarts', () => {
  it('is left alone for as long as it asks, at random, and longer at each failure', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    await client.collection('c').watch({}, { onState: () => undefined });
    node.socket.end(1012, 'retry in 5000 ms');
    await vi.advanceTimersByTimeAsync(4_900);
    expect(node.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(node.sockets).toHaveLength(2);
    vi.restoreAllMocks();
  });

  it('is asked to go on behind the last position, on one connection however often it breaks off', async () => {
    await client.collection('c').changes({}, { onChanges: () => undefined });
    node.socket.push({ sub: 1, event: 'changes', position: 'm1:5', changes: [] });
    const good = node.answer;
    node.answer = (request, socket) => (node.sockets.length < 4 ? socket.end(1006, '') : good(request, socket));
    node.socket.end(1006, '');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(node.sockets).toHaveLength(4);
    expect(node.asked('subscribe').slice(1)).toHaveLength(3);
    expect(node.asked('subscribe').at(-1)).toMatchObject({ since: 'm1:5' });
  });
});

describe('a hostile message', () => {
  const event = { sub: 1, event: 'changes', position: 'm1:2', changes: [] as unknown[] };
  const messages: [string, unknown][] = [
    ['text', 'hello'],
    ['nothing', new Uint8Array()],
    ['half a map', new Uint8Array([0xa2, 0x62, 0x69, 0x64])],
    ['a number', encode(7)],
    ['an array', encode([1])],
    ['a map nested without end', new Uint8Array(100_000).fill(0x81)],
    ['a reply without a result', encode({ id: 1 })],
    ['a reply that is a list', encode({ id: 1, ok: [] })],
    ['an error without a code', encode({ id: 1, error: { message: 'x' } })],
    ['an unknown event', encode({ ...event, event: 'boom' })],
    ['an event without changes', encode({ sub: 1, event: 'changes', position: 'm1:2' })],
    ['an event at no position', encode({ ...event, position: 7 })],
    ['a change of nothing', encode({ ...event, changes: [{ op: 'put' }] })],
    ['a change by an unknown op', encode({ ...event, changes: [{ op: 'move', id: 'a', revision: 1 }] })],
    ['a snapshot of numbers', encode({ sub: 1, event: 'snapshot', position: 'm1:2', items: [1], last: true })],
    ['duplicate keys', new Uint8Array([0xa2, 0x62, 0x69, 0x64, 0x01, 0x62, 0x69, 0x64, 0x02])],
  ];

  it.each(messages)('ends the connection, and the next resumes: %s', async (_name, message) => {
    const seen: unknown[] = [];
    await client.collection('c').changes({}, { onChanges: (changes) => seen.push(changes) });
    const first = node.socket;
    first.pushBytes(message);
    expect(first.closedWith).toBe(4002);
    first.push({ ...event, position: 'm1:99' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(node.sockets).toHaveLength(2);
    expect(node.asked('subscribe').at(-1)).toMatchObject({ since: 'm1:1' });
    expect(seen).toEqual([]);
  });

  it('for a subscription that is not there is nothing', async () => {
    await client.collection('c').put('a', {});
    node.socket.push({ ...event, sub: 4711 });
    node.socket.push({ id: 4711, ok: {} });
    expect(node.socket.closedWith).toBeUndefined();
  });
});

describe('a listener that fails', () => {
  it('stops neither the subscription nor the connection', async () => {
    let calls = 0;
    await client.collection('c').changes({}, {
      onChanges: () => {
        calls++;
        throw new Error('the listener');
      },
    });
    const uncaught = vi.fn();
    const queued = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        uncaught(error);
      }
    });
    node.socket.push({ sub: 1, event: 'changes', position: 'm1:2', changes: [] });
    node.socket.push({ sub: 1, event: 'changes', position: 'm1:3', changes: [] });
    expect(calls).toBe(2);
    expect(uncaught).toHaveBeenCalledTimes(2);
    queued.mockRestore();
  });
});
