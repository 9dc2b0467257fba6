import { Collection, newKey, type WriteOptions, type Written } from './collection.js';
import type { Connection, WebSocketConstructor } from './connection.js';
import { PatchbayError } from './errors.js';
import type { Frame } from './frames.js';
import { closedError, Link, pause, type Status } from './link.js';
import { Login } from './login.js';
import type { Subscription } from './subscriptions.js';
import { Turnstile } from './turnstile.js';
import type { Data, Position } from './values.js';
import { openConnection, type Transport } from './way.js';

export interface ClientOptions {
  /** The node, such as `http://127.0.0.1:7420`. */
  url: string;
  /** For runtimes without a global WebSocket (the `ws` package has one); without either, HTTP is used. */
  webSocket?: WebSocketConstructor;
  /** `auto`, if left out: a WebSocket, or HTTP and server-sent events where it does not get through. */
  transport?: Transport;
  /** How long one try of a call waits for its answer. */
  requestTimeoutMs?: number;
  idleTimeoutMs?: number;
  /** How long a call may take, over reconnects and further tries, before it fails. */
  callTimeoutMs?: number;
  onStatus?(status: Status): void;
  /** The tokens of {@link PatchbayClient.login} whenever they are renewed, for an application that keeps them over its own restarts; undefined once the login is over. */
  onTokens?(tokens: Readonly<Tokens> | undefined): void;
  /**
   * For an application that keeps the login itself: resolves to an access token that is good now. Asked at every connect; `refused` is one that the node no longer takes. While it rejects with
   * an error whose `retryable` is true, the client goes on trying.
   */
  accessToken?(refused?: string): Promise<string>;
}

export interface User {
  id: string;
  name: string;
  role: string;
}

/** What a login asks for next, of the person who logs in. */
export interface LoginChallenge {
  /** A sentence: what to do now. */
  message: string;
  fields: LoginField[];
  /** Seconds. */
  expiresIn: number;
}

export interface LoginField {
  name: string;
  label: string;
  type: 'text' | 'secret' | 'code';
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
}

export type TransactionOperation = { collection: string } & WriteOptions &
  (
    | { op: 'put'; document?: string; data: Data }
    | { op: 'patch'; document: string; patch: Data }
    | { op: 'delete'; document: string }
    | { op: 'check'; document: string }
  );

/** The node takes 256 on a connection; some places stay free for logins and resumed subscriptions. */
const CALLS_IN_FLIGHT = 200;
const CALLS_WAITING = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** What another try may mend. A limit of logins is none of it: hammering would only prolong it. */
const TRIED_AGAIN = new Set(['DISCONNECTED', 'TIMEOUT', 'STOPPING', 'UNAVAILABLE', 'STORE_UNAVAILABLE', 'OVERLOADED']);

/**
 * A client of one node. It keeps one connection, reconnects by itself, logs in again and resumes every subscription where it was. A call that was under way when the connection ended is sent
 * again: reads as they are, writes under their idempotency key, so none is carried out twice.
 */
export class PatchbayClient {
  readonly #options: ClientOptions & Required<Pick<ClientOptions, 'requestTimeoutMs' | 'idleTimeoutMs' | 'callTimeoutMs'>>;
  readonly #link: Link;
  readonly #login: Login;
  readonly #turnstile = new Turnstile(CALLS_IN_FLIGHT, CALLS_WAITING);
  readonly #subscriptions = new Map<number, Subscription>();
  /** Ends the wait of each call that waits for a connection. */
  readonly #waiting = new Set<(reason: PatchbayError) => void>();
  #calls = 0;
  #nextSubscription = 1;
  #closed = false;

  constructor(options: ClientOptions) {
    this.#options = { requestTimeoutMs: 10_000, idleTimeoutMs: 30_000, callTimeoutMs: 60_000, ...options, url: options.url.replace(/\/$/, '') };
    const webSocket = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
    this.#login = new Login(options, (work) => this.#persist(work));
    this.#link = new Link({
      open: (ended) => openConnection(options.transport ?? 'auto', webSocket, { ...this.#options, onEvent: (frame) => this.#receive(frame), onClosed: ended }),
      greet: (connection) => this.#greet(connection),
      wanted: () => this.#calls > 0 || this.#subscriptions.size > 0,
      onStatus: (status) => this.#options.onStatus?.(status),
      onRefused: (error) => this.#refused(error),
    });
  }

  login(identifier: string, password: string): Promise<User> {
    return this.loginBy('password', { identifier, password });
  }

  /**
   * Logs in by any method of the node, with what that asks for first. `answer` is asked whenever the node wants more, such as a code, and resolves to a text for each field; its rejection ends the
   * login, and is that of the call.
   */
  async loginBy(method: string, fields: Record<string, string>, answer: (challenge: LoginChallenge) => Promise<Record<string, string>> = unanswered): Promise<User> {
    let reply = await this.#call('login', { method, ...fields });
    while ('challenge' in reply) {
      const { login, challenge, expiresIn } = reply as unknown as { login: string; challenge: Omit<LoginChallenge, 'expiresIn'>; expiresIn: number };
      reply = await this.#call('login', { login, answers: await answer({ ...challenge, expiresIn }) });
    }
    return this.#login.keep(reply);
  }

  /** Goes on with tokens of an earlier login; they are traded at once, so keep those of {@link tokens} from now on. */
  async loginWithRefreshToken(refreshToken: string): Promise<User> {
    return this.#login.keep(await this.#call('refresh', { refreshToken }));
  }

  /** Presents what {@link ClientOptions.accessToken} gives now: to be called when there is a new token, before the old one ends, for subscriptions end with it. */
  async authenticate(): Promise<User> {
    return this.#login.present(await this.#connected(Date.now() + this.#options.callTimeoutMs));
  }

  /**
   * Ends the wait before the next try to connect, which grows to 30 s while the node is away: for an application that learns that the node is back, or the network (a browser's `online`). Does
   * nothing where there is a connection.
   */
  reconnectNow(): void {
    this.#link.hurry();
  }

  async logout(): Promise<void> {
    const refreshToken = this.#login.tokens?.refreshToken;
    this.#login.forget();
    if (refreshToken) {
      const connection = await this.#connected(Date.now() + this.#options.callTimeoutMs);
      await connection.request('logout', { refreshToken }).catch((error: PatchbayError) => {
        // The node closes the connection of a login that has ended; either way it is over.
        if (error.code !== 'DISCONNECTED') throw error;
      });
    }
  }

  get tokens(): Readonly<Tokens> | undefined {
    return this.#login.tokens;
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
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#login.close();
    this.#subscriptions.clear();
    this.#link.close();
    for (const end of this.#waiting) {
      end(closedError());
    }
    this.#options.onStatus?.('closed');
  }

  #call(op: string, fields: Frame): Promise<Frame> {
    return this.#turnstile.run(() => this.#renewing(() => this.#persist((connection) => connection.request(op, fields))));
  }

  async #renewing(call: () => Promise<Frame>): Promise<Frame> {
    try {
      return await call();
    } catch (error) {
      if ((error as PatchbayError).code !== 'TOKEN_EXPIRED' || !this.#login.renewable) {
        throw error;
      }
      await this.#login.renew();
      return call();
    }
  }

  /** Tries until the call's time is over, or what goes wrong is nothing that another try may mend. */
  async #persist<R>(work: (connection: Connection) => Promise<R>): Promise<R> {
    const deadline = Date.now() + this.#options.callTimeoutMs;
    let pauseMs = FIRST_PAUSE_MS;
    this.#calls++;
    try {
      for (;;) {
        const connection = await this.#connected(deadline);
        try {
          return await work(connection);
        } catch (error) {
          const failure = error as PatchbayError;
          if (this.#closed) {
            throw closedError();
          }
          if (!TRIED_AGAIN.has(failure.code) || Date.now() + pauseMs >= deadline) {
            throw failure;
          }
          if (failure.code !== 'DISCONNECTED') {
            await pause(Math.random() * pauseMs);
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
          }
        }
      }
    } finally {
      this.#calls--;
    }
  }

  #connected(deadline: number): Promise<Connection> {
    if (this.#link.live) {
      return Promise.resolve(this.#link.live);
    }
    return new Promise((resolve, reject) => {
      const late = new PatchbayError('DISCONNECTED', `No connection to ${this.#options.url} within the time of the call.`, true);
      const timer = setTimeout(() => reject(late), Math.max(0, deadline - Date.now()));
      this.#waiting.add(reject);
      this.#link
        .connected()
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          this.#waiting.delete(reject);
        });
    });
  }

  async #subscribe(make: (number: number) => Subscription): Promise<() => void> {
    const subscription = make(this.#nextSubscription++);
    // Registered first: events may arrive together with the reply.
    this.#subscriptions.set(subscription.number, subscription);
    try {
      const call = () => this.#persist((connection) => connection.request('subscribe', subscription.request()));
      const result = await this.#turnstile.run(() => this.#renewing(call));
      subscription.established = true;
      subscription.position ??= subscription.mode === 'changes' ? (result['position'] as Position) : undefined;
    } catch (error) {
      this.#subscriptions.delete(subscription.number);
      throw error;
    }
    return () => {
      if (this.#subscriptions.delete(subscription.number)) {
        this.#link.live?.request('unsubscribe', { subscription: subscription.number }).catch(() => undefined);
      }
    };
  }

  async #greet(connection: Connection): Promise<void> {
    await this.#login.greet(connection);
    // Resumed before any call goes out, so a write's own change is never seen before the resume.
    for (const subscription of [...this.#subscriptions.values()].filter((each) => each.established)) {
      await this.#resume(connection, subscription);
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
      if (failure.code === 'HISTORY_GONE' && subscription.restart()) {
        await connection.request('subscribe', subscription.request());
      } else {
        this.#end(subscription, failure);
      }
    }
  }

  #receive(frame: Frame): void {
    const subscription = this.#subscriptions.get(frame['sub'] as number);
    const reason = subscription?.receive(frame);
    if (!subscription || !reason) {
      return;
    }
    if (reason.code === 'TOKEN_EXPIRED' && this.#login.renewable) {
      // The machine slept, or the renewal came late: the subscription ended with the token and goes on with the next.
      this.#revive(subscription).catch((error: PatchbayError) => this.#end(subscription, error));
    } else {
      this.#end(subscription, reason);
    }
  }

  async #revive(subscription: Subscription): Promise<void> {
    const ended = this.#link.live;
    await this.#login.renew();
    await this.#persist(async (connection) => {
      // A new connection has resumed it already.
      if (connection === ended && this.#subscriptions.has(subscription.number)) {
        await this.#resume(connection, subscription);
      }
    });
  }

  #end(subscription: Subscription, reason: PatchbayError): void {
    if (this.#subscriptions.delete(subscription.number)) {
      subscription.end(reason);
    }
  }

  /** Nobody is logged in any more, and nothing goes on by itself. */
  #refused(error: PatchbayError): void {
    this.#login.forget();
    for (const subscription of [...this.#subscriptions.values()].filter((each) => each.established)) {
      this.#end(subscription, error);
    }
  }
}

function unanswered({ message }: LoginChallenge): Promise<never> {
  return Promise.reject(new PatchbayError('LOGIN_FAILED', `The node asks for more: ${message}`));
}
