import { type Connection, type ConnectionOptions, disconnected } from './connection.js';
import { PatchbayError } from './errors.js';
import { readEvents } from './eventStream.js';
import { type Frame, requireEvent } from './frames.js';
import { parseJson, writeJson } from './json.js';

/** A browser opens six connections to a host at most; two stay free for calls. */
const STREAMS = 4;
/** After this time the link looks for a WebSocket again. */
const LONGEST_LIFE_MS = 10 * 60_000;

interface Stream {
  abort: AbortController;
  heardAt: number;
}

/** The same requests and events over HTTP and server-sent events, for where a WebSocket does not get through: each call is a request, each subscription a stream. */
export class HttpConnection implements Connection {
  #streams = new Map<number, Stream>();
  #calls = new Set<AbortController>();
  #token: string | undefined;
  #retryMs = 0;
  #closed = false;
  #pulse: ReturnType<typeof setInterval>;

  constructor(private readonly options: ConnectionOptions) {
    const bornAt = Date.now();
    this.#pulse = setInterval(() => this.#beat(bornAt), options.idleTimeoutMs / 2);
    (this.#pulse as { unref?: () => void }).unref?.();
  }

  get closed(): boolean {
    return this.#closed;
  }

  async request(op: string, fields: Frame): Promise<Frame> {
    if (this.#closed) {
      throw disconnected();
    }
    switch (op) {
      case 'login':
        return 'token' in fields ? this.#present(fields['token'] as string) : this.#keep(await this.#send('POST', 'auth/login', fields));
      case 'refresh':
        return this.#keep(await this.#send('POST', 'auth/refresh', fields));
      case 'logout':
        await this.#send('POST', 'auth/logout', fields);
        this.#end('logged out');
        return {};
      case 'get':
        return { document: await this.#send('GET', `${documents(fields)}/${encodeURIComponent(fields['document'] as string)}`) };
      case 'query': {
        const { collection: _collection, ...query } = fields;
        return this.#send('GET', documents(fields) + search(query));
      }
      case 'transaction':
        return this.#send('POST', 'transactions', fields);
      case 'subscribe':
        return this.#subscribe(fields);
      case 'unsubscribe':
        this.#drop(fields['subscription'] as number);
        return {};
      default:
        return this.#write(op, fields);
    }
  }

  close(): void {
    this.#end('closed by the client');
  }

  /** A single write is a transaction of one: so its answer has a position, and its key is kept the same way. */
  async #write(op: string, fields: Frame): Promise<Frame> {
    const { key, ...operation } = fields;
    const { results, ...rest } = await this.#send('POST', 'transactions', { operations: [{ op, ...operation }], key });
    return { ...(results as Frame[])[0], ...rest };
  }

  /** The node looks at the token with the next call; until then it is what it says. */
  #present(token: string): Frame {
    this.#token = token;
    try {
      const payload = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'));
      const claims = parseJson(new TextDecoder().decode(Uint8Array.from(payload, (char) => char.charCodeAt(0)))) as Frame;
      return { user: { id: claims['sub'], name: claims['name'], role: claims['role'] ?? 'none' } };
    } catch {
      throw new PatchbayError('UNAUTHENTICATED', 'That is no access token.');
    }
  }

  #keep(answer: Frame): Frame {
    // A challenge has none.
    if ('accessToken' in answer) this.#token = answer['accessToken'] as string;
    return answer;
  }

  async #send(method: string, path: string, body?: Frame): Promise<Frame> {
    const abort = new AbortController();
    this.#calls.add(abort);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abort.abort();
    }, this.options.requestTimeoutMs);
    try {
      const response = await this.#fetch(method, path, abort.signal, body);
      const text = await response.text();
      return text === '' ? {} : (parseJson(text) as Frame);
    } catch (error) {
      if (error instanceof PatchbayError) {
        throw error;
      }
      if (late) {
        throw new PatchbayError('TIMEOUT', `No answer to ${method} ${path} within ${this.options.requestTimeoutMs} ms.`, true);
      }
      this.#end('');
      throw disconnected();
    } finally {
      clearTimeout(timer);
      this.#calls.delete(abort);
    }
  }

  /** Throws a PatchbayError if the node refuses, something else if it can't be reached. */
  async #fetch(method: string, path: string, signal: AbortSignal, body?: Frame): Promise<Response> {
    const response = await fetch(`${this.options.url}/api/v1/${path}`, {
      method,
      signal,
      headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...(this.#token ? { Authorization: `Bearer ${this.#token}` } : {}) },
      ...(body ? { body: writeJson(body) } : {}),
    });
    if (response.ok) {
      return response;
    }
    const { code, detail, retryable, type: _type, title, status: _status, number: _number, ...details } = parseJson(await response.text()) as Frame;
    throw new PatchbayError(String(code), String(detail ?? title), retryable === true, details);
  }

  async #subscribe(fields: Frame): Promise<Frame> {
    const { subscription, ...query } = fields;
    const number = subscription as number;
    if (this.#streams.size >= STREAMS) {
      throw new PatchbayError('LIMIT_EXCEEDED', `Without a WebSocket there are at most ${STREAMS} subscriptions at a time; something between here and the node blocks it.`);
    }
    const stream = { abort: new AbortController(), heardAt: Date.now() };
    this.#streams.set(number, stream);
    const timer = setTimeout(() => stream.abort.abort(), this.options.requestTimeoutMs);
    try {
      const response = await this.#fetch('GET', `events${search(query)}`, stream.abort.signal);
      const heard = () => void (stream.heardAt = Date.now());
      const events = readEvents(response.body!, heard, (ms) => (this.#retryMs = ms));
      const first = requireEvent(parseJson((await events.next()).value!.data), 0, 'subscribed');
      // Told in its own turn, as the reply goes first.
      setTimeout(() => void this.#follow(number, stream, events), 0);
      return { subscription, position: first['position'] };
    } catch (error) {
      this.#drop(number);
      if (error instanceof PatchbayError) {
        throw error;
      }
      this.#end('');
      throw disconnected();
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(number: number, stream: Stream, events: AsyncGenerator<{ data: string }>): Promise<void> {
    try {
      for await (const { data } of events) {
        const frame = requireEvent(parseJson(data), number);
        if (this.#streams.get(number) !== stream) {
          return;
        }
        if (frame['event'] === 'end') {
          this.#streams.delete(number);
        }
        this.options.onEvent(frame);
      }
    } catch {
      // Cut off, or not of this protocol: either way the next connection resumes.
    }
    if (this.#streams.get(number) === stream) {
      this.#end(`retry in ${this.#retryMs} ms`);
    }
  }

  #drop(number: number): void {
    const stream = this.#streams.get(number);
    this.#streams.delete(number);
    stream?.abort.abort();
  }

  #beat(bornAt: number): void {
    const now = Date.now();
    const silent = [...this.#streams.values()].some((stream) => now - stream.heardAt > 2 * this.options.idleTimeoutMs);
    if (silent || now - bornAt > LONGEST_LIFE_MS) {
      this.#end('');
    }
  }

  #end(reason: string): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    clearInterval(this.#pulse);
    [...this.#streams.keys()].forEach((number) => this.#drop(number));
    this.#calls.forEach((call) => call.abort());
    this.options.onClosed(reason);
  }
}

function documents(fields: Frame): string {
  return `collections/${encodeURIComponent(fields['collection'] as string)}/documents`;
}

function search(query: Frame): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
