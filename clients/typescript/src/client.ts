import { Connection, type WebSocketConstructor } from './connection.js';
import { PatchbayError } from './errors.js';
import type { Frame } from './frames.js';
import {
  ChangesSubscription,
  type ChangesListener,
  type SubscribeOptions,
  type Subscription,
  type WatchListener,
  WatchSubscription,
} from './subscriptions.js';
import type { Data, PatchbayDocument, Position, Value } from './values.js';

export interface ClientOptions {
  /** The node, such as `http://127.0.0.1:7420`. */
  url: string;
  /** For runtimes without a global WebSocket. */
  webSocket?: WebSocketConstructor;
  requestTimeoutMs?: number;
  idleTimeoutMs?: number;
  /** How long a call may wait, over reconnects, before it fails. */
  callTimeoutMs?: number;
  onStatus?(status: Status): void;
  /**
   * For an application that keeps the login itself: resolves to an access token that is good now. Asked at every connect; `refused` is one that the node no longer takes. While it rejects with
   * an error whose `retryable` is true, the client goes on trying.
   */
  accessToken?(refused?: string): Promise<string>;
}

export type Status = 'connecting' | 'connected' | 'disconnected' | 'closed';

export interface User {
  id: string;
  name: string;
  role: string;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
}

export interface ListOptions {
  filter?: string;
  /** Such as `-population,name`. */
  sort?: string;
  limit?: number;
  cursor?: string;
}

export interface WriteOptions {
  /** Only if the document stands at this revision; else `REVISION_CONFLICT`. */
  ifRevision?: number;
  /** Only if there is no such document. */
  ifAbsent?: boolean;
}

export interface Written {
  id: string;
  revision: number;
  updatedAt?: string;
  position: Position;
}

export type TransactionOperation = { collection: string } & WriteOptions &
  (
    | { op: 'put'; document?: string; data: Data }
    | { op: 'patch'; document: string; patch: Data }
    | { op: 'delete'; document: string }
    | { op: 'check'; document: string }
  );

export interface Page<T extends Data> {
  items: PatchbayDocument<T>[];
  next: string | null;
}

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;
/** An access token is renewed when this share of its time has passed. */
const RENEW_AT = 0.8;

/**
 * A client of one node. It keeps one WebSocket, reconnects by itself, logs in again and resumes every subscription where it was. A call that was under way when the
 * connection ended is sent again: reads as they are, writes under their idempotency key, so none is carried out twice.
 */
export class PatchbayClient {
  readonly #options: Required<Omit<ClientOptions, 'onStatus' | 'accessToken'>> & Pick<ClientOptions, 'onStatus' | 'accessToken'>;
  #connection: Promise<Connection> | undefined;
  #subscriptions = new Map<number, Subscription>();
  #nextSubscription = 1;
  #tokens: Tokens | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #serverDelayMs = 0;
  #closed = false;

  constructor(options: ClientOptions) {
    const webSocket = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
    if (!webSocket) {
      throw new PatchbayError('BAD_REQUEST', 'This runtime has no WebSocket; pass one as webSocket (the ws package has it).');
    }
    this.#options = {
      requestTimeoutMs: 10_000,
      idleTimeoutMs: 30_000,
      callTimeoutMs: 60_000,
      ...options,
      url: options.url.replace(/^http/, 'ws').replace(/\/$/, '') + '/api/v1/ws',
      webSocket,
    };
  }

  async login(identifier: string, password: string): Promise<User> {
    const result = await this.#call('login', { method: 'password', identifier, password });
    this.#keep(result as unknown as Tokens);
    return result['user'] as User;
  }

  /** Goes on with tokens of an earlier login; they are traded at once, so keep those of {@link tokens} from now on. */
  async loginWithRefreshToken(refreshToken: string): Promise<User> {
    const result = await this.#call('refresh', { refreshToken });
    this.#keep(result as unknown as Tokens);
    return result['user'] as User;
  }

  /** Presents what {@link ClientOptions.accessToken} gives now: to be called when there is a new token, before the old one ends, for subscriptions end with it. */
  async authenticate(): Promise<User> {
    return this.#present(await this.#connected());
  }

  async logout(): Promise<void> {
    const refreshToken = this.#tokens?.refreshToken;
    this.#forget();
    if (refreshToken) {
      await this.#call('logout', { refreshToken }).catch((error: PatchbayError) => {
        // The node closes the connection of a login that has ended; either way it is over.
        if (error.code !== 'DISCONNECTED') throw error;
      });
    }
  }

  get tokens(): Readonly<Tokens> | undefined {
    return this.#tokens;
  }

  collection<T extends Data = Data>(name: string): Collection<T> {
    return new Collection<T>(name, (op, fields) => this.#call(op, fields), (make) => this.#subscribe(make));
  }

  /** All or nothing. */
  async transaction(operations: TransactionOperation[]): Promise<{ position: Position; results: Written[] }> {
    return (await this.#call('transaction', { operations, key: newKey() })) as never;
  }

  /** Ends the connection and every subscription; the client can't be used any more. */
  close(): void {
    this.#closed = true;
    this.#forget();
    this.#subscriptions.clear();
    this.#connection?.then((connection) => connection.close()).catch(() => undefined);
    this.#options.onStatus?.('closed');
  }

  async #call(op: string, fields: Frame): Promise<Frame> {
    const deadline = Date.now() + this.#options.callTimeoutMs;
    let renewed = false;
    for (;;) {
      try {
        return await (await this.#connected()).request(op, fields);
      } catch (error) {
        const failure = error as PatchbayError;
        if (failure.code === 'TOKEN_EXPIRED' && (this.#tokens || this.#options.accessToken) && !renewed) {
          renewed = true;
          await this.#renew();
          continue;
        }
        const again = failure.code === 'DISCONNECTED' && op !== 'logout' && !this.#closed && Date.now() < deadline;
        if (!again) {
          throw failure;
        }
      }
    }
  }

  async #subscribe(make: (number: number) => Subscription): Promise<() => void> {
    const subscription = make(this.#nextSubscription++);
    // Registered first: events may arrive together with the reply.
    this.#subscriptions.set(subscription.number, subscription);
    try {
      const result = await this.#call('subscribe', subscription.request());
      subscription.established = true;
      subscription.position ??= subscription.mode === 'changes' ? (result['position'] as Position) : undefined;
    } catch (error) {
      this.#subscriptions.delete(subscription.number);
      throw error;
    }
    return () => {
      if (this.#subscriptions.delete(subscription.number)) {
        this.#connection
          ?.then((connection) => connection.request('unsubscribe', { subscription: subscription.number }))
          .catch(() => undefined);
      }
    };
  }

  #connected(): Promise<Connection> {
    if (this.#closed) {
      return Promise.reject(new PatchbayError('CLOSED', 'The client is closed.'));
    }
    return (this.#connection ??= this.#connect());
  }

  async #connect(): Promise<Connection> {
    for (;;) {
      this.#options.onStatus?.('connecting');
      try {
        return await this.#openOnce();
      } catch (error) {
        const failure = error as PatchbayError;
        if (this.#closed || !failure.retryable) {
          this.#connection = undefined;
          throw failure;
        }
        this.#failures++;
        await this.#delay();
      }
    }
  }

  async #openOnce(): Promise<Connection> {
    const holder: { connection?: Connection } = {};
    const connection = await Connection.open({
      ...this.#options,
      onEvent: (frame) => this.#receive(frame),
      onClosed: (_code, reason) => this.#lost(holder.connection, reason),
    });
    holder.connection = connection;
    if (this.#closed) {
      connection.close();
      throw new PatchbayError('CLOSED', 'The client is closed.');
    }
    if (this.#options.accessToken) {
      await this.#present(connection);
    } else if (this.#tokens) {
      await this.#logInAgain(connection);
    }
    // Resumed before any call goes out, so a write's own change is never seen before the resume.
    for (const subscription of [...this.#subscriptions.values()].filter((each) => each.established)) {
      await this.#resume(connection, subscription);
    }
    this.#failures = 0;
    this.#serverDelayMs = 0;
    this.#options.onStatus?.('connected');
    return connection;
  }

  async #logInAgain(connection: Connection): Promise<void> {
    try {
      await connection.request('login', { token: this.#tokens!.accessToken });
    } catch (error) {
      if ((error as PatchbayError).code !== 'TOKEN_EXPIRED') {
        throw error;
      }
      this.#keep((await connection.request('refresh', { refreshToken: this.#tokens!.refreshToken })) as unknown as Tokens);
    }
  }

  async #present(connection: Connection): Promise<User> {
    const token = await this.#options.accessToken!();
    try {
      return (await connection.request('login', { token }))['user'] as User;
    } catch (error) {
      if ((error as PatchbayError).code !== 'TOKEN_EXPIRED') {
        throw error;
      }
      return (await connection.request('login', { token: await this.#options.accessToken!(token) }))['user'] as User;
    }
  }

  async #resume(connection: Connection, subscription: Subscription): Promise<void> {
    try {
      await connection.request('subscribe', subscription.request());
    } catch (error) {
      const failure = error as PatchbayError;
      if (failure.retryable) {
        throw failure;
      }
      if (failure.code === 'HISTORY_GONE' && subscription.restart(failure)) {
        await connection.request('subscribe', subscription.request());
        return;
      }
      this.#subscriptions.delete(subscription.number);
      if (failure.code !== 'HISTORY_GONE') {
        subscription.end(failure);
      }
    }
  }

  #receive(frame: Frame): void {
    const subscription = this.#subscriptions.get(frame['sub'] as number);
    if (subscription?.receive(frame)) {
      this.#subscriptions.delete(subscription.number);
    }
  }

  #lost(connection: Connection | undefined, reason: string): void {
    this.#serverDelayMs = Number(/retry in (\d+) ms/.exec(reason)?.[1] ?? 0);
    if (!connection || this.#closed) {
      return;
    }
    this.#connection = undefined;
    this.#options.onStatus?.('disconnected');
    if (this.#subscriptions.size > 0) {
      this.#delay()
        .then(() => this.#connected())
        .catch(() => undefined);
    }
  }

  /** Random within what the node asked for or a doubling wait, so that a thousand clients do not come back at once. */
  #delay(): Promise<void> {
    const doubled = FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10);
    const longest = Math.min(Math.max(doubled, this.#serverDelayMs), LONGEST_RETRY_MS);
    return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
  }

  #keep(tokens: Tokens): void {
    this.#tokens = { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, expiresIn: tokens.expiresIn };
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => this.#renew().catch(() => undefined), tokens.expiresIn * 1000 * RENEW_AT);
    // A renewal to come must not keep a finished program alive.
    (this.#renewal as { unref?: () => void }).unref?.();
  }

  async #renew(): Promise<void> {
    if (this.#options.accessToken) {
      await this.authenticate();
    } else if (this.#tokens) {
      const result = await this.#call('refresh', { refreshToken: this.#tokens.refreshToken });
      this.#keep(result as unknown as Tokens);
    }
  }

  #forget(): void {
    this.#tokens = undefined;
    clearTimeout(this.#renewal);
  }
}

type Call = (op: string, fields: Frame) => Promise<Frame>;
type Subscribe = (make: (number: number) => Subscription) => Promise<() => void>;

/** The documents of one collection. Every write carries an idempotency key. */
export class Collection<T extends Data = Data> {
  constructor(
    readonly name: string,
    private readonly call: Call,
    private readonly subscribe: Subscribe,
  ) {}

  /** Rejects with `DOCUMENT_NOT_FOUND`. */
  async get(id: string): Promise<PatchbayDocument<T>> {
    return (await this.call('get', { collection: this.name, document: id }))['document'] as PatchbayDocument<T>;
  }

  async list(options: ListOptions = {}): Promise<Page<T>> {
    return (await this.call('query', { collection: this.name, ...options })) as never;
  }

  /** Writes under an id that the node chooses. */
  async create(data: T): Promise<Written> {
    return this.#write('put', { data });
  }

  async put(id: string, data: T, options: WriteOptions = {}): Promise<Written> {
    return this.#write('put', { document: id, data, ...options });
  }

  /** Merges (RFC 7396); a null removes the field. */
  async patch(id: string, patch: { [field: string]: Value }, options: Pick<WriteOptions, 'ifRevision'> = {}): Promise<Written> {
    return this.#write('patch', { document: id, patch, ...options });
  }

  async delete(id: string, options: Pick<WriteOptions, 'ifRevision'> = {}): Promise<Written> {
    return this.#write('delete', { document: id, ...options });
  }

  /** The state of a filter, kept up to date. Resolves to a function that ends it. */
  watch(options: Omit<SubscribeOptions, 'since'>, listener: WatchListener<T>): Promise<() => void> {
    return this.subscribe((number) => new WatchSubscription<T>(number, this.name, options, listener));
  }

  /** The log of a filter: every change, in order, exactly once, over reconnects too. Resolves to a function that ends it. */
  changes(options: SubscribeOptions, listener: ChangesListener<T>): Promise<() => void> {
    return this.subscribe((number) => new ChangesSubscription<T>(number, this.name, options, listener));
  }

  async #write(op: string, fields: Frame): Promise<Written> {
    return (await this.call(op, { collection: this.name, ...fields, key: newKey() })) as never;
  }
}

function newKey(): string {
  return globalThis.crypto.randomUUID();
}
